/** The longest that a part of a host name, and the name of a namespace, may be; from RFC 1035. */
export const maxLabel = 63;
