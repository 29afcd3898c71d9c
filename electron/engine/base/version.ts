/**
 * @file The product's version; equal to package.json's, which a test checks.
 */
export const productVersion = "0.1.0";
