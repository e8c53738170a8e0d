"""Write the project directory a user of the seeded app has on disk, and its zip in the deployment bucket."""

import io
import json
import os
import shutil
import subprocess
import zipfile

from standin.seed.app_folder import read_json

CLOUD_BACKEND = "#current-cloud-backend"
ZIP_KEY = "#current-cloud-backend.zip"


def write_project(environments, out):
    """The project of all environments, with the first of them checked out, as a git repository."""
    current = environments[0]
    _copy_rewritten(current, out)
    amplify = os.path.join(out, "amplify")
    for folder in ("backend", CLOUD_BACKEND):
        _update_meta(current, os.path.join(amplify, folder, "amplify-meta.json"))
    _write_json(os.path.join(amplify, "team-provider-info.json"), _team_provider_info(environments))
    config = os.path.join(amplify, ".config")
    os.makedirs(config, exist_ok=True)
    local = {"projectPath": os.path.abspath(out), "defaultEditor": "vscode", "envName": current.name}
    _write_json(os.path.join(config, "local-env-info.json"), local)
    profile = {"configLevel": "project", "useProfile": True, "profileName": "default"}
    _write_json(os.path.join(config, "local-aws-info.json"), {env.name: profile for env in environments})
    _commit(out)


def upload_cloud_backend(environment, folder):
    """Put `#current-cloud-backend.zip` of an environment into its deployment bucket."""
    _copy_rewritten(environment, folder)
    amplify = os.path.join(folder, "amplify")
    source = os.path.join(amplify, CLOUD_BACKEND)
    if not os.path.isdir(source):
        source = os.path.join(amplify, "backend")
    _update_meta(environment, os.path.join(source, "amplify-meta.json"))
    environment.aws.put_object(environment.bucket, ZIP_KEY, _zip_of(source))


def _copy_rewritten(environment, out):
    """Copy the fixture's project with every identifier as it is called in the cloud."""
    if os.path.exists(out):
        shutil.rmtree(out)
    ignored = shutil.ignore_patterns("node_modules", ".git")
    shutil.copytree(environment.folder.project, out, ignore=ignored, symlinks=True)
    for folder, _, files in os.walk(out):
        for file in files:
            path = os.path.join(folder, file)
            if not os.path.islink(path):
                _rewrite(environment, path)


def _rewrite(environment, path):
    with open(path, encoding="utf-8", newline="") as stream:
        try:
            text = stream.read()
        except UnicodeDecodeError:
            return
    rewritten = environment.identifiers.apply(environment.retarget.text(text))
    if rewritten != text:
        with open(path, "w", encoding="utf-8", newline="") as stream:
            stream.write(rewritten)


def _update_meta(environment, path):
    """Outputs in amplify-meta.json come from the live stacks, whatever the fixture said."""
    meta = read_json(path)
    if meta is None:
        return
    meta = environment.retarget.document(meta)
    for category, resources in meta.items():
        if category == "providers":
            resources["awscloudformation"]["StackId"] = environment.root_stack_id
            continue
        if not isinstance(resources, dict):
            continue
        for name, resource in resources.items():
            if not isinstance(resource, dict) or "output" not in resource:
                continue
            logical_id = (resource.get("providerMetadata") or {}).get("logicalId") or f"{category}{name}"
            outputs = environment.child_outputs(logical_id) or {}
            resource["output"].update({k: v for k, v in outputs.items() if k in resource["output"]})
    _write_json(path, meta)


def _team_provider_info(environments):
    document = {}
    for environment in environments:
        source = environment.folder.team_provider_info[environment.source_env]
        text = json.dumps(environment.retarget.document(source), ensure_ascii=False)
        info = json.loads(environment.identifiers.apply(text))
        info["awscloudformation"]["StackId"] = environment.root_stack_id
        document[environment.name] = info
    return document


def _zip_of(folder):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for parent, folders, files in os.walk(folder):
            folders.sort()
            for file in sorted(files):
                path = os.path.join(parent, file)
                archive.write(path, os.path.relpath(path, folder))
    return stream.getvalue()


def _write_json(path, document):
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(document, stream, indent=2, ensure_ascii=False)


def _commit(out):
    """A repository with one commit; the user's own git configuration plays no part."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments):
        command = ["git", "-C", out, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)

    git("init", "-q", "-b", "main")
    git("config", "user.name", "seed")
    git("config", "user.email", "seed@example.com")
    git("config", "core.autocrlf", "false")
    git("add", "-A")
    git("commit", "-q", "-m", "Gen 1 project")
