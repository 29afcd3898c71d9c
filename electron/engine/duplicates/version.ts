/**
 * @file The version of the verifier: raise it when a verdict may change, and every pair is compared again.
 */
export const verifierVersion = 13;
