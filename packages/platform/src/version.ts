/** The platform's version, as its API and logs give it. */
export const version = "0.1.0";
