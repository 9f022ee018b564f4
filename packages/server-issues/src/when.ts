/** A time without the fractions of its second, which cost tokens and tell nothing; what is no time stays what it is. */
export function when<Time>(time: Time): Time | string {
  return typeof time === "string" ? time.replace(/\.\d+(?=Z|[+-])/, "") : time;
}
