"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.override = void 0;
/** What partners' pages send. */
function override(resources) {
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
exports.override = override;
