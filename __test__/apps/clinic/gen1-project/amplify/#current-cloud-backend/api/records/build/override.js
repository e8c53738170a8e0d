"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.override = void 0;
/** Asks for the user pool's token instead of a signature. */
function override(resources) {
    resources.restApi.description = 'records of the clinic, `internal`';
    resources.restApi.minimumCompressionSize = 1024;
    resources.restApi.addPropertyOverride('Body.x-amazon-apigateway-binary-media-types', ['application/dicom', 'image/*']);
    resources.restApi.addPropertyOverride('Body.securityDefinitions', {
        Cognito: {
            type: 'apiKey',
            name: 'Authorization',
            in: 'header',
            'x-amazon-apigateway-authtype': 'cognito_user_pools',
            'x-amazon-apigateway-authorizer': {
                type: 'cognito_user_pools',
                providerARNs: [
                    {
                        'Fn::Join': [
                            '',
                            ['arn:aws:cognito-idp:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':userpool/', { Ref: 'AuthCognitoUserPoolId' }],
                        ],
                    },
                ],
            },
        },
    });
    resources.addCfnParameter({ type: 'String', description: 'Id of the user pool', default: 'NONE' }, 'AuthCognitoUserPoolId', {
        'Fn::GetAtt': ['authstaff', 'Outputs.UserPoolId'],
    });
    for (const path of Object.keys(resources.restApi.body.paths)) {
        resources.restApi.addPropertyOverride(`Body.paths.${path}.x-amazon-apigateway-any-method.security`, [
            { Cognito: path.startsWith('/export') ? ['records/export', 'aws.cognito.signin.user.admin'] : [] },
        ]);
    }
}
exports.override = override;
