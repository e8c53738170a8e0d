"""Seed a running stand-in from the command line; the last line printed is one JSON document.

python -m standin.seed app --endpoint URL --app FOLDER [--out DIR] [--env NAME[=AS]]... [--gen2] ...
python -m standin.seed assembly --endpoint URL --assembly CDK_OUT [--app-id ID] [--branch NAME] ...
"""

import argparse
import json
import os
import sys
import tempfile

from standin.seed import SeedError
from standin.seed.amplify_app import register_environment
from standin.seed.app_folder import AppFolder
from standin.seed.assembly import Assembly, deploy_assembly, outcome_document, parse_parameters
from standin.seed.aws import DEFAULT_ACCOUNT, Aws
from standin.seed.data import protect_tables, put_data
from standin.seed.gen1 import Gen1Environment
from standin.seed.gen2 import deploy_gen2_root
from standin.seed.identifiers import Retarget
from standin.seed.project import upload_cloud_backend, write_project


def main(arguments=None):
    options = _parser().parse_args(arguments)
    try:
        document = options.run(options)
    except SeedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(document))
    return 0


def _parser():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True)
    app = commands.add_parser("app", help="deploy an app folder as a Gen 1 tree")
    app.set_defaults(run=seed_app)
    app.add_argument("--app", required=True, help="the app folder")
    app.add_argument("--out", help="write the project directory here")
    app.add_argument("--env", action="append", help="environment, NAME or NAME=AS; default: all deployed")
    app.add_argument("--app-id", help="another app id than the folder's")
    app.add_argument("--region", help="another region than the folder's")
    app.add_argument("--gen2", action="store_true", help="also deploy the folder's Gen 2 roots")
    app.add_argument("--protect-tables", action="store_true", help="enable deletion protection of the tables")
    app.add_argument("--no-data", action="store_true", help="no users, objects and items")
    app.add_argument("--no-mark", action="store_true", help="do not mark what exists as production")
    assembly = commands.add_parser("assembly", help="deploy or update a synthesised Gen 2 backend")
    assembly.set_defaults(run=seed_assembly)
    assembly.add_argument("--assembly", required=True, help="the cdk.out folder")
    assembly.add_argument("--app-id", help="must be the one it was synthesised for")
    assembly.add_argument("--branch", help="must be the one it was synthesised for")
    assembly.add_argument("--region", default="us-east-1")
    assembly.add_argument("--parameter", action="append", default=[], help="NAME=VALUE of the root stack")
    for command in (app, assembly):
        command.add_argument("--endpoint", required=True)
        command.add_argument("--account", help=f"account id; default {DEFAULT_ACCOUNT}")
    return parser


def seed_app(options):
    """Deploy environments of an app folder, with data, project directory and Gen 2 roots as asked for."""
    folder = AppFolder(options.app)
    names = options.env or folder.deployed_environments()
    if not names:
        raise SeedError(f"{options.app}: deployed-stacks holds the root stack of no environment")
    environments = [_environment(options, folder, name) for name in names]
    for environment in environments:
        environment.deploy()
        register_environment(environment)
        if not options.no_data:
            put_data(environment)
        if options.protect_tables:
            protect_tables(environment)
        with tempfile.TemporaryDirectory() as scratch:
            upload_cloud_backend(environment, os.path.join(scratch, "project"))
    if options.out:
        write_project(environments, options.out)
    current = environments[0]
    if not options.no_mark:
        current.aws.control("POST", "/_ledger/mark-production")
    gen2_roots = folder.gen2_roots() if options.gen2 else []
    for root in gen2_roots:
        deploy_gen2_root(current, current.retarget.text(root))
    return _app_document(options, environments, gen2_roots)


def seed_assembly(options):
    """Deploy or update a Gen 2 root stack from its cloud assembly."""
    aws = Aws(options.endpoint, options.region, options.account or DEFAULT_ACCOUNT)
    assembly = Assembly(options.assembly)
    parameters = parse_parameters(options.parameter)
    stack, outcome = deploy_assembly(aws, assembly, options.app_id, options.branch, parameters)
    return outcome_document(stack, outcome, assembly)


def _environment(options, folder, name):
    source, _, target = name.partition("=")
    info = folder.environment(source)
    retarget = Retarget(
        info["StackName"],
        source,
        info["Region"],
        info.get("AmplifyAppId"),
        new_env=target or None,
        new_region=options.region,
        new_app_id=options.app_id,
        new_account=options.account,
    )
    aws = Aws(options.endpoint, retarget.new_region, options.account or DEFAULT_ACCOUNT)
    return Gen1Environment(aws, folder, source, retarget)


def _app_document(options, environments, gen2_roots):
    current = environments[0]
    gen2_names = [current.retarget.text(root) for root in gen2_roots]
    return {
        "appId": current.app_id,
        "env": current.name,
        "region": current.aws.region,
        "accountId": current.aws.account,
        "gen1Root": current.root_stack,
        "gen1RootId": current.root_stack_id,
        "deploymentBucket": current.bucket,
        "gen2Root": gen2_names[0] if gen2_names else None,
        "projectDir": os.path.abspath(options.out) if options.out else None,
        "environments": [
            {
                "env": environment.name,
                "region": environment.aws.region,
                "gen1Root": environment.root_stack,
                "gen1RootId": environment.root_stack_id,
                "deploymentBucket": environment.bucket,
            }
            for environment in environments
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
