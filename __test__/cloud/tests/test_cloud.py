import json, os, socket, subprocess, sys, time, zipfile, io

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from driver import Driver
from driver import client, get, post, wait

HERE = os.path.dirname(os.path.abspath(__file__))
CLOUD = os.path.dirname(HERE)

FIX = os.environ.get("FIXTURES", "")
APPS = ["fitness-tracker", "mood-board", "project-boards"]
J = json.dumps
CAPS = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
DENY = {"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
ALLOW = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}


def start(latency=20, settle=60):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    p = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "standin",
            "--port",
            str(port),
            "--latency-ms",
            str(latency),
            "--settle-ms",
            str(settle),
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=CLOUD,
    )
    assert json.loads(p.stdout.readline())["ready"]
    ep = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            get(ep, "/_ready")
            return p, ep
        except Exception:
            time.sleep(0.05)
    raise RuntimeError("server did not start")


@pytest.fixture(scope="session")
def server():
    p, ep = start()
    yield ep
    p.terminate()
    p.wait(10)


N = [0]


class X:
    """One test's view: unique names on a shared server."""

    def __init__(self, ep):
        N[0] += 1
        self.ep, self.k, self.cf, self.d = ep, N[0], client(ep, "cloudformation"), Driver(ep)

    def n(self, s):
        return f"t{self.k}-{s}"

    def cl(self, s):
        return client(self.ep, s)

    def make(self, name, t, ok="CREATE_COMPLETE", params=None, **kw):
        self.cf.create_stack(
            StackName=self.n(name),
            TemplateBody=J(t),
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in (params or {}).items()],
            Capabilities=CAPS,
            **kw,
        )
        s = wait(self.cf, self.n(name))
        assert s["StackStatus"] == ok, (
            s["StackStatus"],
            s.get("StackStatusReason"),
            [
                e.get("ResourceStatusReason")
                for e in self.cf.describe_stack_events(StackName=s["StackId"])["StackEvents"]
                if "FAILED" in e["ResourceStatus"]
            ],
        )
        return s

    def update(self, name, t, ok="UPDATE_COMPLETE", params=None, **kw):
        self.cf.update_stack(
            StackName=self.n(name), TemplateBody=J(t), Parameters=params or [], Capabilities=CAPS, **kw
        )
        s = wait(self.cf, self.n(name))
        assert s["StackStatus"] == ok, (s["StackStatus"], s.get("StackStatusReason"))
        return s

    def ids(self, name):
        return {
            r["LogicalResourceId"]: r["PhysicalResourceId"]
            for r in self.cf.describe_stack_resources(StackName=self.n(name))["StackResources"]
        }

    def ref(self, defs, maps=(), **kw):
        return self.d.refactor(
            {(k if k.startswith("arn:") else self.n(k)): v for k, v in defs.items()},
            [(self.n(a), b, self.n(c), e) for a, b, c, e in maps],
            **kw,
        )

    def refused(self, text, defs, maps=(), **kw):
        r = self.ref(defs, maps, **kw)
        assert r["Status"] == "CREATE_FAILED" and r["ExecutionStatus"] == "UNAVAILABLE", r
        assert text.lower() in r["StatusReason"].lower(), r["StatusReason"]

    def sync(self, text, defs, maps=(), **kw):
        with pytest.raises(ClientError) as e:
            self.ref(defs, maps, **kw)
        assert (
            e.value.response["Error"]["Code"] == "ValidationError" and text.lower() in str(e.value).lower()
        ), str(e.value)

    def violations(self):
        return get(self.ep, "/_ledger")["violations"]


@pytest.fixture
def x(server):
    post(server, "/_faults", [])
    return X(server)


def P(v="1", **kw):
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": v}, **kw}


def Q(**props):
    return {"Type": "AWS::SQS::Queue", **({"Properties": props} if props else {})}


def TB(**kw):
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            **kw,
        },
    }


def T(**res):
    return {"Resources": res}


def pair(x):
    x.make("a", T(M=P("1"), K=P("k")))
    x.make("b", T(B=P("b")))


# =============================================================== Stack Refactor
def test_r_happy_move_rename_and_auto(x):
    pair(x)
    pid = x.ids("a")["M"]
    r = x.ref({"a": T(K=P("k")), "b": T(B=P("b"), Moved=P("1"))}, [("a", "M", "b", "Moved")])
    assert r["ExecutionStatus"] == "EXECUTE_COMPLETE" and len(r["StackIds"]) == 2
    assert x.ids("b")["Moved"] == pid and set(x.ids("a")) == {"K"}
    acts = x.cf.list_stack_refactor_actions(StackRefactorId=r["StackRefactorId"])["StackRefactorActions"]
    assert (
        acts[0]["Action"] == "MOVE"
        and acts[0]["PhysicalResourceId"] == pid
        and acts[0]["Detection"] == "MANUAL"
        and acts[0]["ResourceMapping"]["Source"]["StackName"].startswith("arn:")
    )
    assert {t["Key"] for t in acts[0]["TagResources"]} == {
        "aws:cloudformation:stack-name",
        "aws:cloudformation:logical-id",
        "aws:cloudformation:stack-id",
    }
    r = x.ref({"b": T(B=P("b")), "a": T(K=P("k"), Moved=P("1"))})  # R28 auto detection
    assert r["ExecutionStatus"] == "EXECUTE_COMPLETE" and x.ids("a")["Moved"] == pid
    assert (
        x.cf.list_stack_refactor_actions(StackRefactorId=r["StackRefactorId"])["StackRefactorActions"][0][
            "Detection"
        ]
        == "AUTO"
    )
    ev = [
        e["ResourceStatus"]
        for e in x.cf.describe_stack_events(StackName=x.n("a"))["StackEvents"]
        if e["LogicalResourceId"] == "Moved"
    ]
    assert "IMPORT_COMPLETE" in ev
    ids = [
        s["StackRefactorId"]
        for s in x.cf.list_stack_refactors(ExecutionStatusFilter=["EXECUTE_COMPLETE"])[
            "StackRefactorSummaries"
        ]
    ]
    assert r["StackRefactorId"] in ids
    with pytest.raises(ClientError) as e:
        x.cf.describe_stack_refactor(StackRefactorId="00000000-0000-0000-0000-000000000000")
    assert (
        e.value.response["Error"]["Code"] == "StackRefactorNotFoundException"
        and e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    )


def test_r_no_client_token_two_creates_two_ids(x):
    pair(x)
    d = {"a": T(K=P("k")), "b": T(B=P("b"), M=P("1"))}
    a, b = x.ref(d, execute=False), x.ref(d, execute=False)
    assert (
        a["StackRefactorId"] != b["StackRefactorId"]
        and a["ExecutionStatus"] == b["ExecutionStatus"] == "AVAILABLE"
    )


def test_r1_count(x):
    x.sync("less than or equal to 5", {f"s{i}": T(Q=Q()) for i in range(6)})


def test_r2_body_or_url(x):
    pair(x)
    for kw in ({}, {"TemplateBody": "{}", "TemplateURL": "https://s3.amazonaws.com/x/y"}):
        with pytest.raises(ClientError) as e:
            x.cf.create_stack_refactor(
                StackDefinitions=[
                    {"StackName": x.n("a"), **kw},
                    {"StackName": x.n("b"), "TemplateBody": "{}"},
                ]
            )
        assert "TemplateBody or TemplateURL" in str(e.value)


def test_r3_size_and_url(x):
    pair(x)
    big = T(K=P("k"))
    big["Metadata"] = {"x": "y" * 52000}
    x.sync("less than or equal to 51200", {"a": big, "b": T(B=P("b"), M=P("1"))})
    s3 = x.cl("s3")
    b = f"tpl-{x.k}"
    s3.create_bucket(Bucket=b)
    s3.put_object(Bucket=b, Key="d/a.json", Body=J(big).encode())
    s3.put_object(Bucket=b, Key="huge.json", Body=b"{" + b" " * 1000001)
    defs = lambda u: [
        {"StackName": x.n("a"), "TemplateURL": u},
        {"StackName": x.n("b"), "TemplateBody": J(T(B=P("b"), M=P("1")))},
    ]
    for u in (
        f"https://{b}.s3.us-east-1.amazonaws.com/d/a.json",
        f"https://s3.us-east-1.amazonaws.com/{b}/d/a.json",
        f"https://{b}.s3.amazonaws.com/d/a.json",
        f"{x.ep}/{b}/d/a.json",
    ):
        rid = x.cf.create_stack_refactor(StackDefinitions=defs(u))["StackRefactorId"]
        time.sleep(0.15)
        assert x.cf.describe_stack_refactor(StackRefactorId=rid)["Status"] == "CREATE_COMPLETE", u
    for u, m in (
        (f"https://s3.amazonaws.com/{b}/none", "does not exist"),
        (f"https://s3.amazonaws.com/{b}/huge.json", "may not exceed"),
    ):
        with pytest.raises(ClientError) as e:
            x.cf.create_stack_refactor(StackDefinitions=defs(u))
        assert m in str(e.value)


def test_r4_format(x):
    pair(x)
    rid = x.cf.create_stack_refactor(
        StackDefinitions=[
            {"StackName": x.n("a"), "TemplateBody": "{bad"},
            {"StackName": x.n("b"), "TemplateBody": J(T(B=P("b")))},
        ]
    )["StackRefactorId"]
    time.sleep(0.15)
    assert "Template format error" in x.cf.describe_stack_refactor(StackRefactorId=rid)["StatusReason"]


def test_r5_missing_stack_and_creation(x):
    pair(x)
    x.sync("does not exist", {"a": T(K=P("k")), "new": T(M=P("1"))})
    pid = x.ids("a")["M"]
    r = x.ref({"a": T(K=P("k")), "new": T(M=P("1"))}, create=True)
    assert r["ExecutionStatus"] == "EXECUTE_COMPLETE" and x.ids("new") == {"M": pid}
    assert (
        wait(x.cf, x.n("new"))["StackStatus"] == "CREATE_COMPLETE"
        and wait(x.cf, x.n("a"))["StackStatus"] == "UPDATE_COMPLETE"
    )
    assert any(
        a["Action"] == "CREATE" and a["Entity"] == "STACK"
        for a in x.cf.list_stack_refactor_actions(StackRefactorId=r["StackRefactorId"])[
            "StackRefactorActions"
        ]
    )


def test_r6_r7_status(x):
    pair(x)
    x.make("bad", T(Q=Q(QueueName="bad name!!")), "ROLLBACK_COMPLETE") if False else None
    x.cf.create_change_set(
        StackName=x.n("rev"), ChangeSetName="c", ChangeSetType="CREATE", TemplateBody=J(T(Q=Q()))
    )
    x.sync(
        "is in REVIEW_IN_PROGRESS state and can not be updated",
        {"a": T(K=P("k")), "rev": T(M=P("1"))},
        create=True,
    )


def test_r8_twice(x):
    pair(x)
    arn = wait(x.cf, x.n("a"))["StackId"]
    with pytest.raises(ClientError) as e:
        x.cf.create_stack_refactor(
            StackDefinitions=[{"StackName": n, "TemplateBody": J(T(K=P("k")))} for n in (x.n("a"), arn)]
        )
    assert "more than once" in str(e.value)


def test_r9_to_r14_mappings(x):
    pair(x)
    A, B = T(K=P("k")), T(B=P("b"), M=P("1"))
    x.refused("does not exist in stack", {"a": A, "b": B}, [("a", "Nope", "b", "M")])
    x.refused("does not exist in the submitted template", {"a": A, "b": B}, [("a", "M", "b", "Other")])
    x.refused("conflicts with an existing resource", {"a": A, "b": T(B=P("1"))}, [("a", "M", "b", "B")])
    x.refused("still present", {"a": T(K=P("k"), M=P("1")), "b": B}, [("a", "M", "b", "M")])
    x.refused(
        "more than one destination",
        {"a": A, "b": T(B=P("b"), M=P("1"), M2=P("1"))},
        [("a", "M", "b", "M"), ("a", "M", "b", "M2")],
    )
    x.refused(
        "target of more than one mapping",
        {"a": T(Z=P("1")), "b": B},
        [("a", "M", "b", "M"), ("a", "K", "b", "M")],
    )
    x.refused("adding new resources", {"a": A, "b": T(B=P("b"), M=P("1"), N=P("new"))})
    x.refused("deleting resources", {"a": T(K=P("k")), "b": T(B=P("b"))})
    x.sync("not part of StackDefinitions", {"a": A, "b": B}, [("a", "M", "zzz", "M")])  # R29


def test_r15_values(x):
    pair(x)
    x.refused("property modifications", {"a": T(K=P("k")), "b": T(B=P("b"), M=P("2"))})
    x.refused("property modifications", {"a": T(K=P("CHANGED")), "b": T(B=P("b"), M=P("1"))})
    x.refused(
        "attribute modifications", {"a": T(K=P("k")), "b": T(B=P("b"), M=P("1", DeletionPolicy="Retain"))}
    )
    x.refused("new resources", {"a": T(K=P("k")), "b": T(B=P("b"), M=Q())})
    x.refused("different type", {"a": T(K=P("k")), "b": T(B=P("b"), M=Q())}, [("a", "M", "b", "M")])


def test_r15_equal_after_evaluation(x):
    t = {
        "Parameters": {"V": {"Type": "String"}},
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
        "Resources": {
            "M": P({"Fn::If": ["C", {"Fn::Join": ["-", [{"Ref": "V"}, {"Ref": "K"}]]}, "no"]}),
            "K": P("k"),
        },
    }
    x.make("a", t, params={"V": "val"})
    x.make("b", T(B=P("b")))
    ids = x.ids("a")
    after = {**t, "Resources": {"K": P("k")}}
    x.refused("property modifications", {"a": after, "b": T(B=P("b"), M=P("val-other"))})
    r = x.ref({"a": after, "b": T(B=P("b"), M=P(f"val-{ids['K']}"))})
    assert r["ExecutionStatus"] == "EXECUTE_COMPLETE" and x.ids("b")["M"] == ids["M"]


def test_r16_sections(x):
    pair(x)
    A = T(K=P("k"))
    for sec, v in (
        ("Parameters", {"P": {"Type": "String", "Default": "x"}}),
        ("Mappings", {"m": {"a": {"b": "c"}}}),
        ("Conditions", {"C": {"Fn::Equals": ["a", "a"]}}),
    ):
        x.refused(sec, {"a": A, "b": {**T(B=P("b"), M=P("1")), sec: v}})
    x.refused(
        "must have values",
        {"a": A, "new": {**T(M=P("1")), "Parameters": {"P": {"Type": "String"}}}},
        create=True,
    )


def test_r17_exports(x):
    ex = lambda v: {"O": {"Value": v, "Export": {"Name": x.n("exp")}}}
    x.make("a", {**T(M=P("1"), K=P("k")), "Outputs": ex("v")})
    x.make("b", T(B=P("b")))
    x.make("user", T(U=P({"Fn::ImportValue": x.n("exp")})))
    B = T(B=P("b"), M=P("1"))
    x.refused("cannot be deleted as it is in use by", {"a": T(K=P("k")), "b": B})
    x.refused("cannot be updated as it is in use by", {"a": {**T(K=P("k")), "Outputs": ex("other")}, "b": B})
    r = x.ref({"a": T(K=P("k")), "b": {**B, "Outputs": {**ex("v"), "Free": {"Value": "x"}}}})
    assert r["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert [e for e in x.cf.list_exports()["Exports"] if e["Name"] == x.n("exp")][0][
        "ExportingStackId"
    ] == wait(x.cf, x.n("b"))["StackId"]


def test_r18_r19_unresolved(x):
    pair(x)
    A = T(K=P("k"))
    x.refused(
        "Unresolved resource dependencies [Gone] in the Resources block",
        {"a": A, "b": T(B=P("b"), M={**P("1"), "DependsOn": ["Gone"]})},
    )
    x.refused(
        "Unresolved resource dependencies [M] in the Outputs block",
        {"a": {**A, "Outputs": {"O": {"Value": {"Ref": "M"}}}}, "b": T(B=P("b"), M=P("1"))},
    )
    x.refused("Unresolved resource dependencies [X]", {"a": A, "b": T(B=P("b"), M=P({"Fn::Sub": "${X}"}))})
    x.refused("Unresolved condition dependency", {"a": A, "b": T(B=P("b"), M=P({"Fn::If": ["C", "1", "2"]}))})
    x.refused("Mapping named", {"a": A, "b": T(B=P("b"), M=P({"Fn::FindInMap": ["m", "a", "b"]}))})


def test_r20_r21_limits(x):
    x.make("a", T(M=P("1")))
    x.make("b", T(B=P("b")))
    x.refused("At least one Resources member must be defined", {"a": T(), "b": T(B=P("b"), M=P("1"))})
    x.refused(
        "greater than maximum allowed, 500",
        {"a": T(**{f"R{i}": {"Type": "AWS::SQS::Queue"} for i in range(501)}), "b": T(B=P("b"), M=P("1"))},
    )


def test_r20_conditions_false_counts_as_empty(x):
    t = {
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
        "Resources": {"M": P("1"), "Meta": {**P("m"), "Condition": "C"}},
    }
    x.make("a", t)
    x.make("b", T(B=P("b")))
    x.refused(
        "without resources",
        {"a": {**t, "Resources": {"Meta": t["Resources"]["Meta"]}}, "b": T(B=P("b"), M=P("1"))},
    )


def test_r22_r23_r27_types(x):
    WH = {"Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {}}
    x.make("a", T(W=WH, M={"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "x"}}, K=P("k")))
    x.make("b", T(B=P("b")))
    x.refused(
        "does not support the following resource types: [AWS::CloudFormation::WaitConditionHandle]",
        {
            "a": T(K=P("k"), M={"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "x"}}),
            "b": T(B=P("b"), W=WH),
        },
    )
    x.refused(
        "[AWS::CDK::Metadata]",
        {
            "a": T(K=P("k"), W=WH),
            "b": T(B=P("b"), M={"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "x"}}),
        },
    )
    r = x.ref(
        {
            "a": T(W=WH, M={"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "x"}}),
            "b": T(B=P("b"), K=P("k")),
        }
    )  # stationary is fine
    assert r["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_r24_pseudo(x):
    x.make("a", T(M=P({"Ref": "AWS::StackName"}), K=P("k")))
    x.make("b", T(B=P("b")))
    x.refused("pseudo parameters", {"a": T(K=P("k")), "b": T(B=P("b"), M=P({"Ref": "AWS::StackName"}))})
    assert x.ref({"a": T(K=P("k")), "b": T(B=P("b"), M=P(x.n("a")))})["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_r25_policy(x):
    pair(x)
    x.cf.set_stack_policy(StackName=x.n("b"), StackPolicyBody=J(ALLOW))
    x.refused("stack policy", {"a": T(K=P("k")), "b": T(B=P("b"), M=P("1"))})


def test_r28_ambiguous(x):
    for n in ("a", "b"):
        x.make(n, T(M=P("1"), K=P("k")))
    x.make("c", T(C=P("c")))
    x.refused("more than one source", {"a": T(K=P("k")), "b": T(K=P("k")), "c": T(C=P("c"), M=P("1"))})


def test_r33_r34_execute_once_and_lock(x):
    pair(x)
    post(x.ep, "/_config", {"latency_ms": 300})
    try:
        r = x.ref({"a": T(K=P("k")), "b": T(B=P("b"), M=P("1"))}, execute=False)
        x.cf.execute_stack_refactor(StackRefactorId=r["StackRefactorId"])
        for f in (
            lambda: x.cf.execute_stack_refactor(StackRefactorId=r["StackRefactorId"]),
            lambda: x.cf.update_stack(StackName=x.n("a"), TemplateBody=J(T(K=P("z")))),
            lambda: x.cf.delete_stack(StackName=x.n("b")),
        ):
            with pytest.raises(ClientError) as e:
                f()
            assert e.value.response["Error"]["Code"] == "ValidationError"
        assert "UPDATE_IN_PROGRESS" in x.d.stack(x.n("a"))["StackStatus"]
    finally:
        post(x.ep, "/_config", {"latency_ms": 20})
    while (
        x.cf.describe_stack_refactor(StackRefactorId=r["StackRefactorId"])["ExecutionStatus"]
        == "EXECUTE_IN_PROGRESS"
    ):
        time.sleep(0.02)
    wait(x.cf, x.n("a"))
    with pytest.raises(ClientError):
        x.cf.execute_stack_refactor(StackRefactorId=r["StackRefactorId"])


def test_r_late_settle(x):
    pair(x)
    post(x.ep, "/_config", {"settle_ms": 400})
    try:
        r = x.ref({"a": T(K=P("k")), "b": T(B=P("b"), M=P("1"))}, execute=False)
        x.cf.execute_stack_refactor(StackRefactorId=r["StackRefactorId"])
        while (
            x.cf.describe_stack_refactor(StackRefactorId=r["StackRefactorId"])["ExecutionStatus"]
            != "EXECUTE_COMPLETE"
        ):
            time.sleep(0.02)
        assert x.d.stack(x.n("a"))["StackStatus"] == "UPDATE_IN_PROGRESS"
        assert wait(x.cf, x.n("a"))["StackStatus"] == "UPDATE_COMPLETE"
    finally:
        post(x.ep, "/_config", {"settle_ms": 60})


def test_r35_deletion_policy_has_no_effect_on_move(x):
    x.make("a", T(M=TB(), K=P("k")))
    x.make("b", T(B=P("b")))
    pid = x.ids("a")["M"]
    x.ref({"a": T(K=P("k")), "b": T(B=P("b"), M=TB())})
    assert x.cl("dynamodb").describe_table(TableName=pid)["Table"]["TableStatus"] == "ACTIVE"


def test_r_obsolete(x):
    pair(x)
    r = x.ref({"a": T(K=P("k")), "b": T(B=P("b"), M=P("1"))}, execute=False)
    x.update("b", T(B=P("b2")))
    d = x.cf.describe_stack_refactor(StackRefactorId=r["StackRefactorId"])
    assert d["ExecutionStatus"] == "OBSOLETE"
    with pytest.raises(ClientError):
        x.cf.execute_stack_refactor(StackRefactorId=r["StackRefactorId"])


@pytest.mark.parametrize("keep_shell", [True, False])
def test_r_failed_execute_rolls_back_and_shell(x, keep_shell):
    pair(x)
    before = x.ids("a")
    post(x.ep, "/_config", {"shell_on_failed_execute": keep_shell})
    post(x.ep, "/_refactor/inject", [{"phase": "execute", "reason": "handler failed"}])
    r = x.ref({"a": T(K=P("k")), "new": T(M=P("1"))}, create=True)
    assert r["ExecutionStatus"] == "ROLLBACK_COMPLETE" and "handler failed" in r["ExecutionStatusReason"]
    assert x.ids("a") == before and x.d.stack(x.n("a"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    if keep_shell:
        assert x.d.stack(x.n("new"))["StackStatus"] == "REVIEW_IN_PROGRESS"
        assert not x.cf.get_template(StackName=x.n("new")).get("TemplateBody")
        with pytest.raises(ClientError):
            x.cf.update_stack(StackName=x.n("new"), TemplateBody=J(T(Q=Q())))
        x.sync("REVIEW_IN_PROGRESS", {"a": T(K=P("k")), "new": T(M=P("1"))}, create=True)
        x.cf.delete_stack(StackName=x.n("new"))
        time.sleep(0.1)
    assert x.ref({"a": T(K=P("k")), "new": T(M=P("1"))}, create=True)["ExecutionStatus"] == "EXECUTE_COMPLETE"
    post(x.ep, "/_config", {"shell_on_failed_execute": True})


def test_r_real_failure_resource_gone(x):
    x.make("a", T(M=TB(), K=P("k")))
    x.make("b", T(B=P("b")))
    x.cl("dynamodb").delete_table(TableName=x.ids("a")["M"])
    r = x.ref({"a": T(K=P("k")), "b": T(B=P("b"), M=TB())})
    assert r["ExecutionStatus"] == "ROLLBACK_COMPLETE"


# =============================================================== nested stacks and engine fixes
def tpl_bucket(x, **files):
    b = f"nest-{x.k}"
    s3 = x.cl("s3")
    try:
        s3.create_bucket(Bucket=b)
    except ClientError:
        pass
    for k, v in files.items():
        s3.put_object(Bucket=b, Key=f"{k}.json", Body=J(v).encode())
    return lambda k: f"https://s3.amazonaws.com/{b}/{k}.json"


def nest(url, **params):
    return {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": url, **({"Parameters": params} if params else {})},
    }


def test_nested_bool_exports_parent_root_outputs(x):
    leaf = {
        "Parameters": {"F": {"Type": "String", "AllowedValues": ["true", "false"]}},
        "Resources": {"L": P({"Ref": "F"})},
        "Outputs": {"V": {"Value": {"Fn::GetAtt": ["L", "Value"]}, "Export": {"Name": x.n("deep")}}},
    }
    u = tpl_bucket(x, leaf=leaf)
    u = tpl_bucket(
        x,
        mid={
            "Resources": {"Leaf": nest(u("leaf"), F=False)},
            "Outputs": {"V": {"Value": {"Fn::GetAtt": ["Leaf", "Outputs.V"]}}},
        },
    )
    root = x.make(
        "root", {"Resources": {"Mid": nest(u("mid")), "K": P({"Fn::GetAtt": ["Mid", "Outputs.V"]})}}
    )
    assert x.cl("ssm").get_parameter(Name=x.ids("root")["K"])["Parameter"]["Value"] == "false"
    x.make("imp", T(I=P({"Fn::ImportValue": x.n("deep")})))
    mid = x.d.stack(x.ids("root")["Mid"])
    leafs = x.d.stack(x.d.res(mid["StackId"])["Leaf"]["PhysicalResourceId"])
    assert (
        mid["ParentId"] == mid["RootId"] == root["StackId"]
        and leafs["ParentId"] == mid["StackId"]
        and leafs["RootId"] == root["StackId"]
    )
    pid = x.d.res(leafs["StackId"])["L"]["PhysicalResourceId"]
    assert (
        x.cf.describe_stack_resources(PhysicalResourceId=pid)["StackResources"][0]["StackName"]
        == leafs["StackName"]
    )
    assert [s for s in x.cf.list_stacks()["StackSummaries"] if s["StackName"] == leafs["StackName"]][0][
        "RootId"
    ] == root["StackId"]


def test_nested_refactor_by_arn_keeps_parent_view(x):
    u = tpl_bucket(x, c={**T(M=P("1"), K=P("k")), "Outputs": {"MId": {"Value": {"Ref": "M"}}}})
    x.make("root", {"Resources": {"C": nest(u("c")), "R": P({"Fn::GetAtt": ["C", "Outputs.MId"]})}})
    x.make("b", T(B=P("b")))
    arn = x.ids("root")["C"]
    pid = x.d.res(arn)["M"]["PhysicalResourceId"]
    child = x.d.stack(arn)["StackName"]
    r = x.d.refactor(
        {arn: {**T(K=P("k")), "Outputs": {"MId": {"Value": pid}}}, x.n("b"): T(B=P("b"), M2=P("1"))},
        [(child, "M", x.n("b"), "M2")],
    )
    assert r["ExecutionStatus"] == "EXECUTE_COMPLETE", r
    with (
        pytest.raises(ClientError) as e
    ):  # parent untouched: same evaluated values -> the child differs from its URL, so the root would change
        x.cf.update_stack(StackName=x.n("b"), TemplateBody=J(T(B=P("b"), M2=P("1"))))
    assert "No updates are to be performed" in str(e.value)
    assert x.cl("ssm").get_parameter(Name=x.ids("root")["R"])["Parameter"]["Value"] == pid


def test_nested_retain_and_rollback(x):
    u = tpl_bucket(x, c=T(D=TB(), R={**TB(), "DeletionPolicy": "Retain"}, K=P("k")))
    root = {"Resources": {"C": nest(u("c"))}}
    x.make("root", root)
    arn = x.ids("root")["C"]
    ids = {k: v["PhysicalResourceId"] for k, v in x.d.res(arn).items()}
    tpl_bucket(
        x,
        c=T(
            K=P("k2"),
            Bad={"Type": "AWS::DynamoDB::Table", "Properties": {**TB()["Properties"], "TableName": ids["D"]}},
        ),
    )
    s = x.update(
        "root", {**root, "Outputs": {"O": {"Value": "1"}}}, "UPDATE_ROLLBACK_COMPLETE"
    )  # existing name -> whole tree rolls back
    assert {k: v["PhysicalResourceId"] for k, v in x.d.res(arn).items()} == ids and x.cl("ssm").get_parameter(
        Name=ids["K"]
    )["Parameter"]["Value"] == "k"
    assert x.d.stack(arn)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    tpl_bucket(x, c=T(K=P("k3")))
    x.update("root", {**root, "Outputs": {"O": {"Value": "2"}}})
    names = x.cl("dynamodb").list_tables()["TableNames"]
    assert ids["R"] in names and ids["D"] not in names
    x.cf.delete_stack(StackName=x.n("root"))
    time.sleep(0.15)
    assert (
        x.d.stack(arn)["StackStatus"] == "DELETE_COMPLETE"
        and ids["R"] in x.cl("dynamodb").list_tables()["TableNames"]
    )


def test_pseudo_conditions_missing_params_noecho_useprevious(x):
    t = {
        "Parameters": {"A": {"Type": "String"}, "S": {"Type": "String", "NoEcho": True}},
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
        "Resources": {"Q": {**P({"Ref": "S"}), "Condition": "C"}, "K": P({"Ref": "A"})},
    }
    with pytest.raises(ClientError) as e:
        x.make("a", t)
    assert "Parameters: [A, S] must have values" in str(e.value)
    s = x.make("a", t, params={"A": "1", "S": "secret"})
    assert {p["ParameterKey"]: p["ParameterValue"] for p in s["Parameters"]} == {"A": "1", "S": "****"}
    prev = [{"ParameterKey": k, "UsePreviousValue": True} for k in ("A", "S")]
    with pytest.raises(ClientError) as e:
        x.update("a", t, params=prev)
    assert "No updates are to be performed." in str(e.value)
    lit = json.loads(J(t))
    lit["Resources"]["K"] = P("1")
    with pytest.raises(ClientError) as e:  # evaluated comparison
        x.update("a", lit, params=prev)
    assert "No updates" in str(e.value)
    with pytest.raises(ClientError) as e:
        x.update("a", t)
    assert "Parameters: [A, S] must have values" in str(e.value)
    with pytest.raises(ClientError) as e:
        x.update(
            "a",
            {**t, "Parameters": {**t["Parameters"], "N": {"Type": "String"}}},
            params=prev + [{"ParameterKey": "N", "UsePreviousValue": True}],
        )
    assert "usePreviousValue" in str(e.value)
    x.update("a", {**t, "Outputs": {"O": {"Value": "x"}}}, params=prev)  # outputs-only is an update
    assert x.cl("ssm").get_parameter(Name=x.ids("a")["Q"])["Parameter"]["Value"] == "secret"
    x.update(
        "a",
        t,
        params=[
            {"ParameterKey": "A", "UsePreviousValue": True},
            {"ParameterKey": "S", "ParameterValue": "****"},
        ],
    )
    assert x.cl("ssm").get_parameter(Name=x.ids("a")["Q"])["Parameter"]["Value"] == "****"


def test_capabilities(x):
    with pytest.raises(ClientError) as e:
        x.cf.create_stack(
            StackName=x.n("a"),
            TemplateBody=J(T(R={"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}})),
        )
    assert e.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"


def test_pitr_accelerate_bucket_notempty_table_protection(x):
    b = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "AccelerateConfiguration": {"AccelerationStatus": "Enabled"},
            "VersioningConfiguration": {"Status": "Enabled"},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
                ]
            },
        },
    }
    x.make(
        "a",
        T(
            B=b,
            D=TB(
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
                DeletionProtectionEnabled=True,
            ),
            K=P("k"),
        ),
    )
    ids = x.ids("a")
    s3 = x.cl("s3")
    assert s3.get_bucket_accelerate_configuration(Bucket=ids["B"])["Status"] == "Enabled"
    assert (
        x.cl("dynamodb").describe_continuous_backups(TableName=ids["D"])["ContinuousBackupsDescription"][
            "PointInTimeRecoveryDescription"
        ]["PointInTimeRecoveryStatus"]
        == "ENABLED"
    )
    s3.put_object(Bucket=ids["B"], Key="x", Body=b"1")
    x.cf.delete_stack(StackName=x.n("a"))
    s = wait(x.cf, x.n("a"))
    assert (
        s["StackStatus"] == "DELETE_FAILED"
        and "B" in s["StackStatusReason"]
        and "D" in s["StackStatusReason"]
    )


def test_stack_policy_update_and_changeset(x):
    x.make("a", T(K=P("1"), L=P("l")))
    x.cf.set_stack_policy(StackName=x.n("a"), StackPolicyBody=J(DENY))
    x.update("a", T(K=P("2"), L=P("l")), "UPDATE_ROLLBACK_COMPLETE")
    assert x.cl("ssm").get_parameter(Name=x.ids("a")["K"])["Parameter"]["Value"] == "1"
    x.update("a", {**T(K=P("1"), L=P("l")), "Outputs": {"O": {"Value": "z"}}})  # no resource touched: allowed
    x.cf.create_change_set(StackName=x.n("a"), ChangeSetName="c1", TemplateBody=J(T(K=P("3"), L=P("l"))))
    cs_wait(x, "a", "c1")
    x.cf.execute_change_set(StackName=x.n("a"), ChangeSetName="c1")
    assert wait(x.cf, x.n("a"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    x.update("a", T(K=P("4"), L=P("l")), StackPolicyDuringUpdateBody=J(ALLOW))
    assert json.loads(x.cf.get_stack_policy(StackName=x.n("a"))["StackPolicyBody"]) == DENY
    x.cf.set_stack_policy(
        StackName=x.n("a"),
        StackPolicyBody=J(
            {
                "Statement": ALLOW["Statement"]
                + [
                    {
                        "Effect": "Deny",
                        "Action": "Update:Delete",
                        "Principal": "*",
                        "Resource": "LogicalResourceId/L",
                    }
                ]
            }
        ),
    )
    x.update("a", T(K=P("5"), L=P("l2")))
    x.update("a", T(K=P("5")), "UPDATE_ROLLBACK_COMPLETE")


def test_root_lock_blocks_the_tree_but_not_direct_nested_updates(x):
    u = tpl_bucket(x, c=T(M=P("1")))
    root = {"Resources": {"C": nest(u("c")), "K": P("k")}}
    x.make("r", root)
    arn = x.ids("r")["C"]
    x.cf.set_stack_policy(StackName=x.n("r"), StackPolicyBody=J(DENY))
    tpl_bucket(x, c=T(M=P("2")))
    x.update("r", root, "UPDATE_ROLLBACK_COMPLETE")
    ssm, pid = x.cl("ssm"), x.d.res(arn)["M"]["PhysicalResourceId"]
    assert ssm.get_parameter(Name=pid)["Parameter"]["Value"] == "1"
    x.cf.update_stack(StackName=arn, TemplateBody=J(T(M=P("3"))))
    assert (
        wait(x.cf, arn)["StackStatus"] == "UPDATE_COMPLETE"
        and ssm.get_parameter(Name=pid)["Parameter"]["Value"] == "3"
    )


def test_template_url_must_be_s3(x):
    for u in ("https://example.com/b/k", "http://s3.amazonaws.com/b/k"):
        with pytest.raises(ClientError) as e:
            x.cf.create_stack(StackName=x.n("a"), TemplateURL=u)
        assert "supported URL" in str(e.value)


def test_r6_more_statuses(x):
    pair(x)
    x.cf.create_stack(
        StackName=x.n("rb"),
        TemplateBody=J(T(D=TB(TableName=x.n("dup")), E={**TB(TableName=x.n("dup")), "DependsOn": "D"})),
    )
    assert wait(x.cf, x.n("rb"))["StackStatus"] == "ROLLBACK_COMPLETE"
    x.sync("is in ROLLBACK_COMPLETE state", {"rb": T(K=P("k")), "b": T(B=P("b"))})
    with pytest.raises(ClientError) as e:
        x.cf.create_stack(StackName=x.n("rb"), TemplateBody=J(T(K=P("k"))))
    assert e.value.response["Error"]["Code"] == "AlreadyExistsException"
    x.cf.update_stack(
        StackName=x.n("a"),
        TemplateBody=J(
            T(M=P("1"), K=P("k"), D=TB(TableName=x.n("d2")), E={**TB(TableName=x.n("d2")), "DependsOn": "D"})
        ),
    )
    assert wait(x.cf, x.n("a"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"  # usable
    assert x.ref({"a": T(K=P("k")), "b": T(B=P("b"), M=P("1"))})["ExecutionStatus"] == "EXECUTE_COMPLETE"


def cs_wait(x, stack, name):
    for _ in range(200):
        d = x.cf.describe_change_set(StackName=x.n(stack), ChangeSetName=name, IncludePropertyValues=True)
        if not d["Status"].endswith(("IN_PROGRESS", "PENDING")):
            return d
        time.sleep(0.02)


def test_change_sets(x):
    u = tpl_bucket(x, c=T(M=P("1")), d=T(D=P("d")))
    root = {"Resources": {"C": nest(u("c")), "D": nest(u("d")), "K": P("k")}}
    x.make("r", root)
    x.cf.create_change_set(
        StackName=x.n("r"), ChangeSetName="same", TemplateBody=J(root), IncludeNestedStacks=True
    )
    d = cs_wait(x, "r", "same")
    assert d["Status"] == "FAILED" and "didn't contain changes" in d["StatusReason"]
    x.cf.create_change_set(StackName=x.n("r"), ChangeSetName="auto", TemplateBody=J(root))
    d = cs_wait(x, "r", "auto")
    assert {c["ResourceChange"]["LogicalResourceId"] for c in d["Changes"]} == {"C", "D"} and d["Changes"][0][
        "ResourceChange"
    ]["Details"][0]["ChangeSource"] == "Automatic"
    tpl_bucket(x, c=T(M={**P("2"), "DeletionPolicy": "Retain"}))
    x.cf.create_change_set(
        StackName=x.n("r"), ChangeSetName="nested", TemplateBody=J(root), IncludeNestedStacks=True
    )
    d = cs_wait(x, "r", "nested")
    assert d["Status"] == "CREATE_COMPLETE" and [
        c["ResourceChange"]["LogicalResourceId"] for c in d["Changes"]
    ] == ["C"]
    k = x.cf.describe_change_set(
        ChangeSetName=d["Changes"][0]["ResourceChange"]["ChangeSetId"], IncludePropertyValues=True
    )
    rc = k["Changes"][0]["ResourceChange"]
    assert k["ParentChangeSetId"] == k["RootChangeSetId"] == d["ChangeSetId"] and {
        t["Target"]["Attribute"] for t in rc["Details"]
    } == {"Properties", "DeletionPolicy"}
    assert [t["Target"].get("AfterValue") for t in rc["Details"]] == ["2", "Retain"]
    with pytest.raises(ClientError):
        x.cf.execute_change_set(ChangeSetName=k["ChangeSetId"])
    x.cf.execute_change_set(StackName=x.n("r"), ChangeSetName="nested")
    assert wait(x.cf, x.n("r"))["StackStatus"] == "UPDATE_COMPLETE"
    assert (
        x.cl("ssm").get_parameter(Name=x.d.res(x.ids("r")["C"])["M"]["PhysicalResourceId"])["Parameter"][
            "Value"
        ]
        == "2"
    )
    x.cf.create_change_set(
        StackName=x.n("r"),
        ChangeSetName="stale",
        TemplateBody=J({**root, "Resources": {**root["Resources"], "K": P("z")}}),
    )
    cs_wait(x, "r", "stale")
    x.update("r", {**root, "Resources": {**root["Resources"], "K": P("y")}})
    with pytest.raises(ClientError) as e:
        x.cf.execute_change_set(StackName=x.n("r"), ChangeSetName="stale")
    assert e.value.response["Error"]["Code"] == "InvalidChangeSetStatus"


def test_change_set_literal_is_empty_and_outputs_only(x):
    t = {
        "Parameters": {"A": {"Type": "String"}},
        "Resources": {"K": P({"Ref": "A"}), "L": P({"Ref": "K"})},
        "Outputs": {"O": {"Value": {"Ref": "K"}}},
    }
    x.make("a", t, params={"A": "v"})
    lit = {**t, "Resources": {"K": P("v"), "L": P(x.ids("a")["K"])}}
    ps = [{"ParameterKey": "A", "UsePreviousValue": True}]
    x.cf.create_change_set(StackName=x.n("a"), ChangeSetName="c1", TemplateBody=J(lit), Parameters=ps)
    assert "didn't contain changes" in cs_wait(x, "a", "c1")["StatusReason"]
    x.cf.create_change_set(
        StackName=x.n("a"),
        ChangeSetName="c2",
        TemplateBody=J({**lit, "Outputs": {"O": {"Value": x.ids("a")["K"]}}}),
        Parameters=ps,
    )
    d = cs_wait(x, "a", "c2")
    assert d["Status"] == "CREATE_COMPLETE" and not d["Changes"]
    x.cf.execute_change_set(StackName=x.n("a"), ChangeSetName="c2")
    assert wait(x.cf, x.n("a"))["StackStatus"] == "UPDATE_COMPLETE"
    x.cf.create_change_set(
        StackName=x.n("a"),
        ChangeSetName="c3",
        TemplateBody=J({**lit, "Resources": {**lit["Resources"], "X": TB(TableName=x.n("taken"))}}),
        Parameters=ps,
    )
    assert cs_wait(x, "a", "c3")["Status"] == "CREATE_COMPLETE"


def pool_stack(**extra):
    return T(
        Pool={
            "Type": "AWS::Cognito::UserPool",
            "Properties": {"UserPoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": "8"}}},
            "DeletionPolicy": "Retain",
        },
        **extra,
    )


def test_idp_domain_orphan_and_import(x):
    idp = {
        "Type": "AWS::Cognito::UserPoolIdentityProvider",
        "DeletionPolicy": "Retain",
        "Properties": {
            "UserPoolId": {"Ref": "Pool"},
            "ProviderName": "Google",
            "ProviderType": "Google",
            "ProviderDetails": {"client_id": "a", "client_secret": "b", "authorize_scopes": "x"},
        },
    }
    dom = {
        "Type": "AWS::Cognito::UserPoolDomain",
        "DeletionPolicy": "Retain",
        "Properties": {"UserPoolId": {"Ref": "Pool"}, "Domain": f"dom{x.k}"},
    }
    x.make("a", pool_stack(I=idp, D=dom))
    pool = x.ids("a")["Pool"]
    c = x.cl("cognito-idp")
    assert (
        c.describe_identity_provider(UserPoolId=pool, ProviderName="Google")["IdentityProvider"][
            "ProviderDetails"
        ]["client_id"]
        == "a"
    )
    x.update("a", pool_stack())
    assert c.describe_user_pool_domain(Domain=f"dom{x.k}")["DomainDescription"]["UserPoolId"] == pool
    x.cf.create_change_set(
        StackName=x.n("a"),
        ChangeSetName="imp",
        ChangeSetType="IMPORT",
        TemplateBody=J(pool_stack(I=idp, D=dom)),
        ResourcesToImport=[
            {
                "ResourceType": idp["Type"],
                "LogicalResourceId": "I",
                "ResourceIdentifier": {"UserPoolId": pool, "ProviderName": "Google"},
            },
            {
                "ResourceType": dom["Type"],
                "LogicalResourceId": "D",
                "ResourceIdentifier": {"UserPoolId": pool, "Domain": f"dom{x.k}"},
            },
        ],
    )
    d = cs_wait(x, "a", "imp")
    assert d["Status"] == "CREATE_COMPLETE", d["StatusReason"]
    x.cf.execute_change_set(StackName=x.n("a"), ChangeSetName="imp")
    assert wait(x.cf, x.n("a"))["StackStatus"] == "IMPORT_COMPLETE" and set(x.ids("a")) == {"Pool", "I", "D"}
    x.cf.create_change_set(
        StackName=x.n("a"),
        ChangeSetName="imp2",
        ChangeSetType="IMPORT",
        TemplateBody=J(pool_stack(I=idp, D=dom, B={**TB(), "DeletionPolicy": "Retain"})),
        ResourcesToImport=[
            {
                "ResourceType": "AWS::DynamoDB::Table",
                "LogicalResourceId": "B",
                "ResourceIdentifier": {"TableName": "nope-table"},
            }
        ],
    )
    assert cs_wait(x, "a", "imp2")["Status"] == "FAILED"


def test_drift_cognito_kinesis(x):
    x.make("a", pool_stack(S={"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}}))
    did = x.cf.detect_stack_drift(StackName=x.n("a"))["StackDriftDetectionId"]
    while (s := x.cf.describe_stack_drift_detection_status(StackDriftDetectionId=did))[
        "DetectionStatus"
    ] == "DETECTION_IN_PROGRESS":
        time.sleep(0.02)
    assert s["StackDriftStatus"] == "IN_SYNC"
    assert {
        d["StackResourceDriftStatus"]
        for d in x.cf.describe_stack_resource_drifts(StackName=x.n("a"))["StackResourceDrifts"]
    } == {"IN_SYNC"}


# =============================================================== services
def test_amplify(x):
    post(
        x.ep,
        "/_amplify/seed",
        {
            "appId": f"app{x.k}",
            "name": "shop",
            "environmentVariables": {"A": "1"},
            "backendEnvironments": [
                {"environmentName": "main", "stackName": "s", "deploymentArtifacts": "b"}
            ],
            "branches": [{"branchName": "feature/x"}],
        },
    )
    a = x.cl("amplify")
    assert a.get_app(appId=f"app{x.k}")["app"]["name"] == "shop" and any(
        i["appId"] == f"app{x.k}" for i in a.list_apps()["apps"]
    )
    a.update_app(appId=f"app{x.k}", environmentVariables={"B": "2"})
    assert a.get_app(appId=f"app{x.k}")["app"]["environmentVariables"] == {"B": "2"}
    assert (
        a.get_backend_environment(appId=f"app{x.k}", environmentName="main")["backendEnvironment"][
            "stackName"
        ]
        == "s"
    )
    assert len(a.list_backend_environments(appId=f"app{x.k}")["backendEnvironments"]) == 1
    assert a.get_branch(appId=f"app{x.k}", branchName="feature/x")["branch"]["branchName"] == "feature/x"
    a.update_branch(appId=f"app{x.k}", branchName="feature/x", enableAutoBuild=False, buildSpec="v")
    assert a.list_branches(appId=f"app{x.k}")["branches"][0]["enableAutoBuild"] is False
    with pytest.raises(a.exceptions.NotFoundException):
        a.get_app(appId="nope")


def test_cloudcontrol_cloudwatch(x):
    x.make(
        "a",
        pool_stack(
            C={
                "Type": "AWS::Cognito::UserPoolClient",
                "Properties": {"UserPoolId": {"Ref": "Pool"}, "GenerateSecret": "false"},
            },
            D=TB(StreamSpecification={"StreamViewType": "NEW_IMAGE"}),
            R={
                "Type": "AWS::IAM::Role",
                "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
            },
        ),
    )
    ids, cc = x.ids("a"), x.cl("cloudcontrol")
    g = lambda t, i: json.loads(
        cc.get_resource(TypeName=t, Identifier=i)["ResourceDescription"]["Properties"]
    )
    assert g("AWS::Cognito::UserPool", ids["Pool"])["ProviderName"].endswith(ids["Pool"])
    assert g("AWS::Cognito::UserPoolClient", f"{ids['Pool']}|{ids['C']}")["ClientId"] == ids["C"]
    assert "/stream/" in g("AWS::DynamoDB::Table", ids["D"])["StreamArn"] and g("AWS::IAM::Role", ids["R"])[
        "Arn"
    ].endswith(ids["R"])
    for t, i, code in (
        ("Custom::Thing", "y", "UnsupportedActionException"),
        ("AWS::S3::Bucket", "no-such", "ResourceNotFoundException"),
        ("AWS::Cognito::UserPoolClient", ids["C"], "ValidationException"),
    ):
        with pytest.raises(ClientError) as e:
            g(t, i)
        assert e.value.response["Error"]["Code"] == code
    assert (
        "ClientSecret"
        not in x.cl("cognito-idp").describe_user_pool_client(UserPoolId=ids["Pool"], ClientId=ids["C"])[
            "UserPoolClient"
        ]
    )
    m = x.cl("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {
                "Id": "m",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/AppSync",
                        "MetricName": "Requests",
                        "Dimensions": [{"Name": "GraphQLAPIId", "Value": "x"}],
                    },
                    "Period": 300,
                    "Stat": "Sum",
                },
            }
        ],
        StartTime=1700000000,
        EndTime=1700003600,
    )
    assert m["MetricDataResults"][0]["Values"] == [0.0]


def test_update_user_pool_resets_omitted_members_and_masked_values_are_hazards(x):
    t = {
        "Parameters": {"S": {"Type": "String", "NoEcho": True}},
        **pool_stack(
            F={
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "nodejs20.x",
                    "Handler": "index.handler",
                    "Role": "arn:aws:iam::123456789012:role/x",
                    "Code": {"ZipFile": "exports.handler=async()=>{}"},
                },
            },
            C={
                "Type": "Custom::Thing",
                "Properties": {"ServiceToken": {"Fn::GetAtt": ["F", "Arn"]}, "secret": {"Ref": "S"}},
            },
        ),
    }
    x.make("a", t, params={"S": "real"})
    pool, c = x.ids("a")["Pool"], x.cl("cognito-idp")
    c.update_user_pool(
        UserPoolId=pool, LambdaConfig={"PreSignUp": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    )
    assert c.describe_user_pool(UserPoolId=pool)["UserPool"]["LambdaConfig"]
    c.update_user_pool(UserPoolId=pool, EmailVerificationSubject="s")
    assert not c.describe_user_pool(UserPoolId=pool)["UserPool"].get("LambdaConfig")
    x.update("a", t, params=[{"ParameterKey": "S", "ParameterValue": "****"}])
    assert any(
        h["kind"] == "masked-noecho-value-used" and x.n("a") in h["where"]
        for h in get(x.ep, "/_ledger")["hazards"]
    )


def test_empty_tag_list_removes_stack_tags_and_touches_the_pool(x):
    t = pool_stack()
    x.make("a", t, Tags=[{"Key": "team", "Value": "x"}])
    pool, c = x.ids("a")["Pool"], x.cl("cognito-idp")
    c.update_user_pool(
        UserPoolId=pool, LambdaConfig={"PreSignUp": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    )
    x.update("a", t, Tags=[])
    assert x.d.stack(x.n("a"))["Tags"] == [] and not c.describe_user_pool(UserPoolId=pool)["UserPool"].get(
        "LambdaConfig"
    )


# =============================================================== ledger, faults
def test_ledger_detects(x):
    p, ep = start()
    try:
        y = X(ep)
        pol = lambda **k: {"Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolName": "p", **k}}
        cli = lambda **k: {
            "Type": "AWS::Cognito::UserPoolClient",
            "Properties": {"UserPoolId": {"Ref": "Pool"}, **k},
        }
        y.make(
            "a",
            T(
                Pool=pol(),
                Cl=cli(),
                B={"Type": "AWS::S3::Bucket"},
                D=TB(),
                S={"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
                R={**TB(), "DeletionPolicy": "Retain"},
            ),
        )
        ids = y.ids("a")
        y.cl("s3").put_object(Bucket=ids["B"], Key="k", Body=b"1")
        cog = y.cl("cognito-idp")
        fn = "arn:aws:lambda:us-east-1:123456789012:function:f"
        cog.update_user_pool(UserPoolId=ids["Pool"], LambdaConfig={"PreSignUp": fn})
        post(ep, "/_ledger/mark-production")
        assert y.violations() == []
        new = T(
            Pool=pol(MfaConfiguration="OFF", EmailVerificationSubject="changed"),
            Cl=cli(GenerateSecret=True),
            B={"Type": "AWS::S3::Bucket"},
            K=P("k"),
        )
        y.update("a", new)
        y.cl("s3").delete_object(Bucket=ids["B"], Key="k")
        v = y.violations()
        kinds = {(i["kind"], i["type"].split("::")[-1]) for i in v}
        assert ("config-changed", "UserPool") in kinds and any(
            i.get("path") == "/LambdaConfig/PreSignUp" and i["before"] == fn for i in v
        )  # wiped by the CloudFormation update
        assert {
            ("replaced", "UserPoolClient"),
            ("deleted", "UserPoolClient"),
            ("deleted", "Table"),
            ("deleted", "Stream"),
            ("no-owner", "Table"),
            ("data-lost", "Bucket"),
        } <= kinds, kinds
        assert all(i["cause"] for i in v)
        row = next(r for r in get(ep, "/_ledger")["resources"] if r["id"] == ids["Pool"])
        assert row["hash"] != row["baselineHash"] and "/LambdaConfig/PreSignUp" in row["driftFromBaseline"]
    finally:
        p.terminate()


def test_ledger_allow_and_tags(x):
    p, ep = start()
    try:
        y = X(ep)
        y.make("a", T(D=TB(), K=P("k")))
        y.make("b", T(B=P("b")))
        post(ep, "/_ledger/mark-production")
        post(ep, "/_ledger/allow", [{"type": "AWS::DynamoDB::Table", "path": "/DeletionProtectionEnabled"}])
        y.cl("dynamodb").update_table(TableName=y.ids("a")["D"], DeletionProtectionEnabled=True)
        y.ref({"a": T(K=P("k")), "b": T(B=P("b"), D=TB())})  # re-tagging is not a change
        assert y.violations() == []
        assert next(r for r in get(ep, "/_ledger")["resources"] if r["type"].endswith("Table"))["owners"] == [
            f"{y.n('b')}/D"
        ]
    finally:
        p.terminate()


def test_faults_each_kind(x):
    sqs, cf = x.cl("sqs"), x.cf
    post(x.ep, "/_requests/reset")
    post(x.ep, "/_faults", [{"action": "DescribeStacks", "nth": 2, "kind": "throttle"}])
    cf.describe_stacks()
    with pytest.raises(ClientError) as e:
        cf.describe_stacks()
    assert e.value.response["Error"]["Code"] == "Throttling"
    cf.describe_stacks()
    post(x.ep, "/_faults", [{"action": "cloudformation:List.*", "every": 2, "kind": "error500"}])
    cf.list_stacks()
    with pytest.raises(ClientError) as e:
        cf.list_stacks()
    assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    post(
        x.ep,
        "/_faults",
        [
            {"action": "CreateQueue", "nth": 1, "kind": "drop-before"},
            {"action": "DeleteQueue", "nth": 1, "kind": "drop-after"},
        ],
    )
    name = x.n("q")
    with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
        sqs.create_queue(QueueName=name)
    assert not sqs.list_queues(QueueNamePrefix=name).get("QueueUrls")
    u = sqs.create_queue(QueueName=name)["QueueUrl"]
    with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
        sqs.delete_queue(QueueUrl=u)
    assert not sqs.list_queues(QueueNamePrefix=name).get("QueueUrls")
    post(x.ep, "/_faults", [{"action": "ListQueues", "times": 1, "kind": "delay", "ms": 300}])
    t0 = time.time()
    sqs.list_queues()
    t1 = time.time()
    sqs.list_queues()
    assert t1 - t0 >= 0.3 and time.time() - t1 < 0.2
    for svc, call, act, codes in (
        (
            "cognito-idp",
            lambda c: c.list_user_pools(MaxResults=1),
            "ListUserPools",
            {"TooManyRequestsException"},
        ),
        ("s3", lambda c: c.list_buckets(), "ListBuckets", {"SlowDown"}),
        ("dynamodb", lambda c: c.list_tables(), "ListTables", {"ThrottlingException"}),
        ("amplify", lambda c: c.list_apps(), "ListApps", {"LimitExceededException"}),
        ("appsync", lambda c: c.list_graphql_apis(), "ListGraphqlApis", {"TooManyRequestsException"}),
    ):
        post(x.ep, "/_faults", [{"action": act, "kind": "throttle"}])
        with pytest.raises(ClientError) as e:
            call(x.cl(svc))
        assert e.value.response["Error"]["Code"] in codes, (svc, e.value.response)
    post(x.ep, "/_faults", [])
    log = get(x.ep, "/_requests")
    assert any(r["action"] == "CreateQueue" and r["fault"] == "drop-before" for r in log) and all(
        r["status"] is not None and r["time"] for r in log
    )


# =============================================================== seeding and the reference migration
def seed(ep, app, out, *args):
    r = subprocess.run(
        [
            sys.executable,
            "-m",
            "standin.seed",
            "app",
            "--endpoint",
            ep,
            "--app",
            os.path.join(FIX, app),
            "--out",
            str(out),
            *args,
        ],
        capture_output=True,
        text=True,
        cwd=CLOUD,
    )
    assert r.returncode == 0, r.stdout + r.stderr
    return json.loads(r.stdout.strip().splitlines()[-1])


@pytest.mark.parametrize("app", APPS)
def test_seed_app(app, tmp_path):
    p, ep = start()
    try:
        out = tmp_path / "proj"
        i = seed(ep, app, out, "--gen2", "--protect-tables")
        x = X(ep)
        assert (
            wait(x.cf, i["gen1Root"])["StackStatus"] == "UPDATE_COMPLETE"
            and wait(x.cf, i["gen2Root"])["StackStatus"] == "CREATE_COMPLETE"
        )
        L = get(ep, "/_ledger")
        assert (
            L["violations"] == []
            and L["hazards"] == []
            and any(r["production"] and r["data"].get("users") == 3 for r in L["resources"])
        )
        assert any(not r["production"] and r["type"] == "AWS::Cognito::UserPool" for r in L["resources"])
        meta = json.load(open(out / "amplify" / "#current-cloud-backend" / "amplify-meta.json"))
        pool = next(
            a["output"]["UserPoolId"] for a in meta["auth"].values() if "UserPoolId" in a.get("output", {})
        )
        assert x.cl("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]["Id"] == pool
        tpi = json.load(open(out / "amplify" / "team-provider-info.json"))[i["env"]]["awscloudformation"]
        assert tpi["StackId"] == x.d.stack(i["gen1Root"])["StackId"]
        assert json.load(open(out / "amplify" / ".config" / "local-env-info.json"))["envName"] == i["env"]
        z = zipfile.ZipFile(
            io.BytesIO(
                x.cl("s3")
                .get_object(Bucket=tpi["DeploymentBucketName"], Key="#current-cloud-backend.zip")["Body"]
                .read()
            )
        )
        assert json.loads(z.read("amplify-meta.json")) == meta
        assert (
            subprocess.run(
                ["git", "-C", str(out), "status", "--porcelain"], capture_output=True, text=True, cwd=CLOUD
            ).stdout
            == ""
        )
        a = x.cl("amplify").get_app(appId=i["appId"])["app"]
        apis = [g["name"] for g in x.cl("appsync").list_graphql_apis()["graphqlApis"]]
        assert f"{a['name']}-{i['env']}" in apis
        assert (
            x.cl("amplify").get_backend_environment(appId=i["appId"], environmentName=i["env"])[
                "backendEnvironment"
            ]["stackName"]
            == i["gen1Root"]
        )
        # a root update without change is refused, so the whole evaluated tree is stable
        with pytest.raises(ClientError) as e:
            x.cf.update_stack(
                StackName=i["gen1Root"],
                UsePreviousTemplate=True,
                Capabilities=CAPS,
                Parameters=[
                    {"ParameterKey": q["ParameterKey"], "UsePreviousValue": True}
                    for q in x.d.stack(i["gen1Root"])["Parameters"]
                ],
            )
        assert "No updates are to be performed" in str(e.value)
        # what a "lock" looks at: the root template of the project against the cloud, and resource drift of the tree
        root = (
            out
            / "amplify"
            / "#current-cloud-backend"
            / "awscloudformation"
            / "build"
            / "root-cloudformation-stack.json"
        ).read_text()
        x.cf.create_change_set(
            StackName=i["gen1Root"],
            ChangeSetName="drift",
            TemplateBody=root,
            IncludeNestedStacks=True,
            Capabilities=CAPS,
            Parameters=[
                {"ParameterKey": q["ParameterKey"], "ParameterValue": q["ParameterValue"]}
                for q in x.d.stack(i["gen1Root"])["Parameters"]
            ],
        )
        while (c := x.cf.describe_change_set(StackName=i["gen1Root"], ChangeSetName="drift"))[
            "Status"
        ] == "CREATE_IN_PROGRESS":
            time.sleep(0.02)
        assert c["Status"] == "FAILED" and "didn't contain changes" in c["StatusReason"], c
        odd = []
        for s in x.cf.describe_stacks()["Stacks"]:
            if s["StackName"].startswith(i["gen1Root"]):
                x.cf.detect_stack_drift(StackName=s["StackId"])
                time.sleep(0.02)
                odd += [
                    (r["LogicalResourceId"], q["PropertyPath"])
                    for r in x.cf.describe_stack_resource_drifts(StackName=s["StackId"])[
                        "StackResourceDrifts"
                    ]
                    if r["StackResourceDriftStatus"] in ("MODIFIED", "DELETED")
                    for q in r.get("PropertyDifferences") or [{"PropertyPath": r["StackResourceDriftStatus"]}]
                ]
        assert sorted(odd) == [
            ("AuthRole", "/AssumeRolePolicyDocument"),
            ("UnauthRole", "/AssumeRolePolicyDocument"),
        ], odd  # Amplify's own trust rewrite, as on AWS
    finally:
        p.terminate()
