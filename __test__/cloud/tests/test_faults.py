"""Faults, latency and the request log."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from building_blocks import parameter, template
from driver import error

from standin.seed.aws import make_client

CONNECTION_LOST = (ConnectionClosedError, EndpointConnectionError)
READS = {
    "amplify": ("ListApps", lambda client: client.list_apps()),
    "appsync": ("ListGraphqlApis", lambda client: client.list_graphql_apis()),
    "cloudformation": ("DescribeStacks", lambda client: client.describe_stacks()),
    "cognito-idp": ("ListUserPools", lambda client: client.list_user_pools(MaxResults=1)),
    "dynamodb": ("ListTables", lambda client: client.list_tables()),
    "lambda": ("ListFunctions", lambda client: client.list_functions()),
    "s3": ("ListBuckets", lambda client: client.list_buckets()),
    "sts": ("GetCallerIdentity", lambda client: client.get_caller_identity()),
}
CODES = {
    "throttle": {
        "amplify": "LimitExceededException",
        "appsync": "TooManyRequestsException",
        "cloudformation": "Throttling",
        "cognito-idp": "TooManyRequestsException",
        "dynamodb": "ThrottlingException",
        "lambda": "TooManyRequestsException",
        "s3": "SlowDown",
        "sts": "Throttling",
    },
    "refuse": {
        "amplify": "AccessDeniedException",
        "cloudformation": "AccessDenied",
        "dynamodb": "AccessDeniedException",
        "s3": "AccessDenied",
        "sts": "AccessDenied",
    },
    "expired": {
        "amplify": "ExpiredTokenException",
        "cloudformation": "ExpiredToken",
        "dynamodb": "ExpiredTokenException",
        "s3": "ExpiredToken",
        "sts": "ExpiredToken",
    },
    "unknown-action": {
        "amplify": "UnknownOperationException",
        "cloudformation": "InvalidAction",
        "dynamodb": "UnknownOperationException",
        "s3": "MethodNotAllowed",
    },
}


def set_faults(cloud, *faults):
    cloud.control("POST", "/_faults", list(faults))


@pytest.mark.parametrize(
    ("kind", "service", "code"),
    [(kind, service, code) for kind, codes in CODES.items() for service, code in codes.items()],
)
def test_errors_speak_the_protocol_of_their_service(cloud, kind, service, code):
    action, call = READS[service]
    set_faults(cloud, {"action": action, "kind": kind})
    with error(code):
        call(cloud.client(service))


def test_the_error_of_an_s3_object_that_may_not_be_read(cloud):
    set_faults(cloud, {"action": "s3:GetObject", "kind": "refuse"})
    with error("AccessDenied", "s3:GetObject"):
        cloud.client("s3").get_object(Bucket="b", Key="k")


def test_nth_every_and_times(cloud):
    describe, listing = cloud.cloudformation.describe_stacks, cloud.cloudformation.list_stacks
    set_faults(cloud, {"action": "DescribeStacks", "nth": 2, "kind": "throttle"})
    describe()
    with error("Throttling"):
        describe()
    describe()
    set_faults(cloud, {"action": "cloudformation:List.*", "every": 2, "times": 1, "kind": "error500"})
    listing()
    with error() as raised:
        listing()
    assert raised.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    listing()
    listing()
    assert [(f["seen"], f["fired"]) for f in cloud.control("GET", "/_faults")] == [(4, 1)]


def test_the_pattern_must_match_all_of_the_action(cloud):
    set_faults(cloud, {"action": "Describe", "kind": "error500"}, {"action": "s3:.*", "kind": "error500"})
    cloud.cloudformation.describe_stacks()


def test_a_cut_before_and_after_the_effect(cloud):
    sqs, name = cloud.client("sqs"), cloud.name("queue")

    def queues():
        return sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])

    set_faults(
        cloud,
        {"action": "CreateQueue", "nth": 1, "kind": "drop-before"},
        {"action": "DeleteQueue", "nth": 1, "kind": "drop-after"},
    )
    with pytest.raises(CONNECTION_LOST):
        sqs.create_queue(QueueName=name)
    assert queues() == []
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    with pytest.raises(CONNECTION_LOST):
        sqs.delete_queue(QueueUrl=url)
    assert queues() == []


@pytest.mark.parametrize(("kind", "has_effect"), [("hang", False), ("hang-after", True)])
def test_a_call_that_hangs(cloud, kind, has_effect):
    name = cloud.name("queue")
    set_faults(cloud, {"action": "CreateQueue", "kind": kind, "times": 1})
    with pytest.raises(ReadTimeoutError):
        make_client(cloud.endpoint, "sqs", timeout=0.3).create_queue(QueueName=name)
    queues = cloud.client("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    assert bool(queues) == has_effect
    cloud.control("POST", "/_snapshot")  # does not wait for the call that hangs


def test_a_call_that_pauses_goes_on_when_the_faults_are_replaced(cloud):
    name = cloud.name("queue")
    sqs = cloud.client("sqs")
    set_faults(cloud, {"action": "CreateQueue", "kind": "pause", "nth": 1})
    with ThreadPoolExecutor(1) as pool:
        creation = pool.submit(sqs.create_queue, QueueName=name)
        while not cloud.control("GET", "/_faults")[0]["held"]:
            assert not creation.done()
        assert not sqs.list_queues(QueueNamePrefix=name).get("QueueUrls")
        set_faults(cloud)
        assert creation.result(10)["QueueUrl"].endswith(name)


def test_the_first_call_that_a_fault_may_strike(cloud):
    list_tables = cloud.client("dynamodb").list_tables
    set_faults(cloud, {"action": "ListTables", "kind": "throttle", "from": 2, "times": 2})
    list_tables()
    for _ in range(2):
        with error("ThrottlingException"):
            list_tables()
    list_tables()


def test_mutating_calls_only(cloud):
    set_faults(cloud, {"mutating": True, "nth": 2, "kind": "refuse"})
    s3, name = cloud.client("s3"), f"mutating-{cloud.number}"
    s3.list_buckets()
    s3.create_bucket(Bucket=name)
    s3.head_bucket(Bucket=name)
    with error("AccessDenied"):
        s3.put_object(Bucket=name, Key="k", Body=b"1")
    s3.put_object(Bucket=name, Key="k", Body=b"1")
    assert [f["seen"] for f in cloud.control("GET", "/_faults")] == [3]


@pytest.mark.parametrize("is_conditional", [True, False])
def test_conditional_writes_counted_on_their_own(cloud, is_conditional):
    s3, bucket = cloud.client("s3"), f"conditions-{cloud.number}"
    s3.create_bucket(Bucket=bucket)
    set_faults(cloud, {"mutating": True, "conditional": is_conditional, "kind": "refuse", "nth": 2})
    cloud.control("POST", "/_requests/reset")
    outcomes = []
    for number in range(3):
        for condition in ({"IfNoneMatch": "*"}, {}):
            try:
                s3.put_object(Bucket=bucket, Key=f"{number}-{len(condition)}", **condition)
            except ClientError:
                outcomes.append((number, bool(condition)))
    assert outcomes == [(1, is_conditional)]
    logged = [(entry["conditional"], bool(entry["fault"])) for entry in cloud.control("GET", "/_requests")]
    assert logged == [
        (conditional, (number, conditional) in outcomes) for number in range(3) for conditional in (True, False)
    ]


def test_delay_and_latency(cloud):
    def seconds(call):
        started = time.monotonic()
        call()
        return time.monotonic() - started

    list_queues = cloud.client("sqs").list_queues
    list_queues()
    set_faults(cloud, {"action": "ListQueues", "times": 1, "kind": "delay", "ms": 300})
    assert seconds(list_queues) >= 0.3
    assert seconds(list_queues) < 0.2
    cloud.control("POST", "/_latency", [{"action": "ListQueues", "ms": 1}, {"action": "sqs:.*", "ms": 250}])
    assert seconds(list_queues) < 0.2, "the first rule that matches counts"
    assert seconds(lambda: cloud.client("sqs").create_queue(QueueName=cloud.name("q"))) >= 0.25


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/_faults", [{"action": "X", "kind": "explode"}]),
        ("/_faults", [{"kind": "throttle"}]),
        ("/_faults", [{"action": "(", "kind": "throttle"}]),
        ("/_latency", [{"action": "X"}]),
        ("/_config", {"latency": 1}),
        ("/_restore", {"id": "nobody"}),
    ],
)
def test_control_requests_that_cannot_be_understood(cloud, path, document):
    with pytest.raises(RuntimeError, match="400"):
        cloud.control("POST", path, document)


def test_an_unknown_control_endpoint(cloud):
    with pytest.raises(RuntimeError, match="404"):
        cloud.control("GET", "/_nothing")


def test_the_request_log(cloud):
    cloud.control("POST", "/_requests/reset")
    set_faults(cloud, {"action": "ListTables", "kind": "throttle"})
    with error("ThrottlingException"):
        cloud.client("dynamodb").list_tables()
    s3, name = cloud.client("s3"), f"log-{cloud.number}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a/b", Body=b"1")
    with error("NoSuchKey"):
        s3.get_object(Bucket=name, Key="missing")
    s3.get_bucket_notification_configuration(Bucket=name)
    cloud.create("a", {**template(K=parameter()), "Parameters": {"Secret": {"Type": "String", "Default": "x"}}})
    log = cloud.control("GET", "/_requests")
    assert all(entry["status"] and entry["time"] and entry["ms"] is not None for entry in log)
    seen = [(e["service"], e["action"], e["mutating"], e["fault"]) for e in log[:6]]
    assert seen == [
        ("dynamodb", "ListTables", False, "throttle"),
        ("s3", "CreateBucket", True, None),
        ("s3", "PutObject", True, None),
        ("s3", "GetObject", False, None),
        ("s3", "GetBucketNotificationConfiguration", False, None),
        ("cloudformation", "CreateStack", True, None),
    ]
    assert {(e["account"], e["region"]) for e in log} == {("123456789012", "us-east-1")}
    assert log[2]["params"] == {"Bucket": name, "Key": "a/b"}
    assert log[3]["error"].startswith("NoSuchKey")
    assert log[5]["params"]["TemplateBody"].startswith("<")
