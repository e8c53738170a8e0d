"""Writes update-behaviour.json from the CloudFormation registry schemas that cfn-lint carries.

    python -m pip install --no-deps --target DIR cfn-lint
    python src/cloudformation/data/generate_update_behaviour.py DIR

The types are those that a refactor moves. Of each schema the table keeps the properties whose change replaces the
resource (createOnlyProperties) or may replace it (conditionalCreateOnlyProperties), and the names of all properties, so
that a property that the schema does not know is not taken for harmless.
"""

import json
import sys
from pathlib import Path

TYPES = [
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::IdentityPoolRoleAttachment",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Cognito::UserPoolIdentityProvider",
    "AWS::DynamoDB::Table",
    "AWS::Kinesis::Stream",
    "AWS::S3::Bucket",
]

# Fixed at creation according to the service's documentation, though the schemas do not say so: a change is refused or
# replaces the resource.
FIXED_AT_CREATION = {
    "AWS::Cognito::UserPool": ["AliasAttributes", "UsernameAttributes", "UsernameConfiguration"],
    "AWS::DynamoDB::Table": ["LocalSecondaryIndexes"],
}


def property_names(schema: dict, key: str) -> list[str]:
    """Top-level names of a list of JSON pointers such as /properties/TableName."""
    pointers = schema.get(key, [])
    return sorted({pointer.removeprefix("/properties/").split("/")[0] for pointer in pointers})


def main(folder: Path) -> None:
    schemas = folder / "cfnlint" / "data" / "schemas"
    version = json.loads((schemas / "version.json").read_text())
    region = json.loads((schemas / "providers" / "us-east-1.json").read_text())
    types = {}
    for name in TYPES:
        schema = json.loads((schemas / "resources" / f"{region[name]}.json").read_text())
        types[name] = {
            "replace": property_names(schema, "createOnlyProperties"),
            "mayReplace": sorted(
                {*property_names(schema, "conditionalCreateOnlyProperties"), *FIXED_AT_CREATION.get(name, [])}
            ),
            "readOnly": property_names(schema, "readOnlyProperties"),
            "properties": sorted(schema["properties"]),
        }
    table = {
        "source": "CloudFormation registry schemas of us-east-1, as carried by cfn-lint",
        "date": version["schema_date"],
        "types": types,
    }
    target = Path(__file__).with_name("update-behaviour.json")
    target.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
