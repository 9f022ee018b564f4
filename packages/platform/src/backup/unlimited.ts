/** For the transactions of a backup, which take as long as there is data: no limit that the server sets for others. */
export const unlimited = `
  set local statement_timeout to 0;
  set local idle_in_transaction_session_timeout to 0;
  set local client_encoding to 'UTF8';
  set local extra_float_digits to 3;
  set local intervalstyle to 'postgres';
`;
