export const rates = { CHF: { perFranc: 1 }, EUR: { perFranc: 1.05 } };
