"""Writes iam-actions.json: the actions of the services that Amplify backends use, to expand wildcards with.

python3 -m venv /some/venv && /some/venv/bin/pip install cfn-lint==1.58.0
/some/venv/bin/python __test__/gate/make_iam_actions.py
"""

import json
from importlib import metadata, resources
from pathlib import Path

SERVICES = [
    "amplify",
    "apigateway",
    "appsync",
    "cognito-identity",
    "cognito-idp",
    "cognito-sync",
    "comprehend",
    "dynamodb",
    "events",
    "execute-api",
    "firehose",
    "geo",
    "iam",
    "kinesis",
    "kms",
    "lambda",
    "lex",
    "logs",
    "mobiletargeting",
    "polly",
    "rekognition",
    "s3",
    "secretsmanager",
    "ses",
    "sns",
    "sqs",
    "ssm",
    "states",
    "textract",
    "transcribe",
    "translate",
]
OUTPUT = Path(__file__).with_name("iam-actions.json")


def main():
    policies = json.loads(resources.files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text())
    document = {
        "source": f"cfn-lint {metadata.version('cfn-lint')}; IAM does not tell cases apart, so all are lower-case",
        "services": {service: " ".join(sorted(policies[service]["Actions"])) for service in SERVICES},
    }
    OUTPUT.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
