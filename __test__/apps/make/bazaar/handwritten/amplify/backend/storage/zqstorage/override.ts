/** What partners' pages send. */
export function override(resources: any) {
  resources.s3Bucket.corsConfiguration = {
    corsRules: [
      {
        id: "it's `the` ${rule}",
        allowedHeaders: ["x-it's", 'x-`tick`', 'x-$&', '*'],
        allowedMethods: ['GET', 'PUT'],
        allowedOrigins: ['https://xn--bcher-kva.example', 'https://*.bazaar.example'],
        exposedHeaders: ['x-constructor', 'x-__proto__'],
        maxAge: 3000,
      },
    ],
  };
}
