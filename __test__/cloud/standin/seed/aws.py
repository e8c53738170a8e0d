"""boto3 clients of one account and region of the stand-in, and a few calls every seeding step needs."""

import json
import time
import urllib.request
from functools import cache

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from standin.seed import SeedError

DEFAULT_ACCOUNT = "123456789012"
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
STACK_PATIENCE_SECONDS = 600
POLL_SECONDS = 0.03
REPORTED_FAILURES = 6
CONSEQUENCES = ("Embedded stack ", "The following resource(s) failed")
TIMEOUT_SECONDS = 120


@cache
def make_client(endpoint, service, region="us-east-1", account=DEFAULT_ACCOUNT, attempts=1, timeout=TIMEOUT_SECONDS):
    """A boto3 client of the stand-in; the access key is the account id."""
    config = Config(
        retries={"total_max_attempts": attempts},
        read_timeout=timeout,
        s3={"addressing_style": "path"},
        inject_host_prefix=False,
    )
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="stand-in",
        config=config,
    )


def control(endpoint, method, path, document=None, region="us-east-1", account=DEFAULT_ACCOUNT):
    """Call a control endpoint; region and account matter to those that create something."""
    headers = {
        "content-type": "application/json",
        "authorization": f"AWS4-HMAC-SHA256 Credential={account}/20260101/{region}/standin/aws4_request",
    }
    body = None if method == "GET" else json.dumps(document).encode()
    request = urllib.request.Request(endpoint + path, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            return json.loads(response.read())
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()}") from error


class Aws:
    """The services of one account and region."""

    def __init__(self, endpoint, region, account):
        self.endpoint, self.region, self.account = endpoint, region, account
        self._clients = {}
        self._buckets = set()

    def client(self, service):
        if service not in self._clients:
            self._clients[service] = make_client(self.endpoint, service, self.region, self.account, attempts=3)
        return self._clients[service]

    def control(self, method, path, document=None):
        return control(self.endpoint, method, path, document, self.region, self.account)

    def stack(self, name):
        """A stack by name or ARN, `None` when there is none."""
        try:
            return self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def stack_resources(self, name):
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name)
        return [resource for page in pages for resource in page["StackResourceSummaries"]]

    def wait_for_stack(self, name, wanted):
        """Wait until the stack is at rest; anything but the wanted status is an error with its reasons."""
        deadline = time.monotonic() + STACK_PATIENCE_SECONDS
        while time.monotonic() < deadline:
            stack = self.stack(name)
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                break
            time.sleep(POLL_SECONDS)
        if stack["StackStatus"] != wanted:
            reasons = "\n".join([stack.get("StackStatusReason", ""), *self._failures(stack["StackId"])])
            raise SeedError(f"{name} is {stack['StackStatus']}, not {wanted}: {reasons}")
        return stack

    def _failures(self, root_id):
        """The first resource failures in a tree: root causes, then what they led to."""
        cloudformation = self.client("cloudformation")
        causes, consequences = [], []
        for page in cloudformation.get_paginator("list_stacks").paginate():
            for stack in page["StackSummaries"]:
                if root_id not in (stack["StackId"], stack.get("RootId")):
                    continue
                for event in reversed(self._events(stack["StackId"])):
                    if "FAILED" in event["ResourceStatus"]:
                        reason = event.get("ResourceStatusReason", "")
                        is_consequence = reason.startswith(CONSEQUENCES)
                        entry = f"{stack['StackName']}/{event['LogicalResourceId']}: {reason}"
                        (consequences if is_consequence else causes).append(entry)
        return [*causes, *consequences][:REPORTED_FAILURES]

    def _events(self, stack_id):
        pages = self.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id)
        return [event for page in pages for event in page["StackEvents"]]

    def ensure_bucket(self, name):
        if name in self._buckets:
            return
        s3 = self.client("s3")
        try:
            s3.head_bucket(Bucket=name)
        except ClientError:
            location = {} if self.region == "us-east-1" else {"LocationConstraint": self.region}
            s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": location} if location else {}))
        self._buckets.add(name)

    def put_object(self, bucket, key, body):
        self.ensure_bucket(bucket)
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=body)

    def put_parameter(self, name, value):
        self.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
