"""Change sets: evaluated comparison, nested stacks, imports."""

import json

import pytest
from building_blocks import (
    in_pool,
    nested_stack,
    parameter,
    retained,
    table,
    template,
    upload_templates,
    user_pool,
)
from driver import error


def create(cloud, short, name, body, **more):
    cloud.cloudformation.create_change_set(
        StackName=cloud.name(short), ChangeSetName=name, TemplateBody=json.dumps(body), **more
    )
    return cloud.change_set(short, name)


def execute(cloud, short, name):
    cloud.cloudformation.execute_change_set(StackName=cloud.name(short), ChangeSetName=name)
    return cloud.settled(short)["StackStatus"]


def changed_ids(change_set):
    return [change["ResourceChange"]["LogicalResourceId"] for change in change_set["Changes"]]


@pytest.fixture
def tree(cloud):
    """A root with nested stacks C and D and a parameter K."""
    url = upload_templates(cloud, c=template(M=parameter("1")), d=template(D=parameter("d")))
    root = template(C=nested_stack(url("c")), D=nested_stack(url("d")), K=parameter("k"))
    cloud.create("root", root)
    return root


def test_no_changes(cloud, tree):
    change_set = create(cloud, "root", "same", tree, IncludeNestedStacks=True)
    assert change_set["Status"] == "FAILED"
    assert "didn't contain changes" in change_set["StatusReason"]


def test_without_nested_stacks_each_of_them_may_change(cloud, tree):
    change_set = create(cloud, "root", "shallow", tree)
    assert set(changed_ids(change_set)) == {"C", "D"}
    assert change_set["Changes"][0]["ResourceChange"]["Details"][0]["ChangeSource"] == "Automatic"


def test_nested_change_sets(cloud, tree):
    upload_templates(cloud, c=template(M=parameter("2", DeletionPolicy="Retain")))
    change_set = create(cloud, "root", "deep", tree, IncludeNestedStacks=True)
    assert change_set["Status"] == "CREATE_COMPLETE"
    assert changed_ids(change_set) == ["C"]
    nested = cloud.cloudformation.describe_change_set(
        ChangeSetName=change_set["Changes"][0]["ResourceChange"]["ChangeSetId"], IncludePropertyValues=True
    )
    assert nested["ParentChangeSetId"] == nested["RootChangeSetId"] == change_set["ChangeSetId"]
    details = nested["Changes"][0]["ResourceChange"]["Details"]
    shown = [(d["Target"]["Attribute"], d["Target"]["AfterValue"]) for d in details]
    assert shown == [("Properties", "2"), ("DeletionPolicy", "Retain")]
    with error("ValidationError", "only the root change set"):
        cloud.cloudformation.execute_change_set(ChangeSetName=nested["ChangeSetId"])
    assert execute(cloud, "root", "deep") == "UPDATE_COMPLETE"
    child = cloud.physical_ids("root")["C"]
    assert cloud.parameter(cloud.physical_ids(child)["M"]) == "2"


def test_deleting_a_change_set_deletes_its_nested_ones(cloud, tree):
    upload_templates(cloud, c=template(M=parameter("2")))
    change_set = create(cloud, "root", "deep", tree, IncludeNestedStacks=True)
    nested_id = change_set["Changes"][0]["ResourceChange"]["ChangeSetId"]
    with error("ValidationError", "delete the root change set"):
        cloud.cloudformation.delete_change_set(ChangeSetName=nested_id)
    cloud.cloudformation.delete_change_set(StackName=cloud.name("root"), ChangeSetName="deep")
    assert not cloud.cloudformation.list_change_sets(StackName=cloud.name("root"))["Summaries"]
    with error("ChangeSetNotFound"):
        cloud.cloudformation.describe_change_set(ChangeSetName=nested_id)


def test_a_change_set_of_a_stack_that_changed_since_is_obsolete(cloud, tree):
    create(cloud, "root", "stale", {"Resources": {**tree["Resources"], "K": parameter("z")}})
    cloud.update("root", {"Resources": {**tree["Resources"], "K": parameter("y")}})
    with error("InvalidChangeSetStatus"):
        cloud.cloudformation.execute_change_set(StackName=cloud.name("root"), ChangeSetName="stale")


def test_literals_and_outputs(cloud):
    whole = {
        "Parameters": {"A": {"Type": "String"}},
        "Resources": {"K": parameter({"Ref": "A"}), "L": parameter({"Ref": "K"})},
        "Outputs": {"O": {"Value": {"Ref": "K"}}},
    }
    cloud.create("a", whole, parameters={"A": "v"})
    previous = [{"ParameterKey": "A", "UsePreviousValue": True}]
    physical_id = cloud.physical_ids("a")["K"]
    literal = {**whole, "Resources": {"K": parameter("v"), "L": parameter(physical_id)}}
    empty = create(cloud, "a", "literal", literal, Parameters=previous)
    assert "didn't contain changes" in empty["StatusReason"]
    outputs = {**literal, "Outputs": {"O": {"Value": physical_id}}}
    change_set = create(cloud, "a", "outputs", outputs, Parameters=previous)
    assert (change_set["Status"], change_set["Changes"]) == ("CREATE_COMPLETE", [])
    assert execute(cloud, "a", "outputs") == "UPDATE_COMPLETE"


def test_a_name_that_is_taken_fails_early(cloud):
    cloud.create("a", template(K=parameter("k")))
    cloud.create("owner", template(T=table(TableName=cloud.name("table"))))
    free = template(K=parameter("k"), X=table(TableName=cloud.name("free")))
    taken = template(K=parameter("k"), X=table(TableName=cloud.name("table")))
    assert create(cloud, "a", "free", free)["Status"] == "CREATE_COMPLETE"
    change_set = create(cloud, "a", "taken", taken)
    assert change_set["Status"] == "FAILED"
    assert "ResourceExistenceCheck" in change_set["StatusReason"]


def test_lists_are_of_one_stack(cloud):
    for short in ("a", "b"):
        cloud.create(short, template(K=parameter("k")))
    create(cloud, "a", "c", template(K=parameter("k2")))
    listed = cloud.cloudformation.list_change_sets(StackName=cloud.name("a"))["Summaries"]
    assert [(c["ChangeSetName"], c["ExecutionStatus"]) for c in listed] == [("c", "AVAILABLE")]
    assert not cloud.cloudformation.list_change_sets(StackName=cloud.name("b"))["Summaries"]


def test_orphaned_domain_and_provider_can_be_imported(cloud):
    details = {"client_id": "a", "client_secret": "b", "authorize_scopes": "x"}
    provider = retained(
        in_pool("IdentityProvider", ProviderName="Google", ProviderType="Google", ProviderDetails=details)
    )
    domain_name = f"domain{cloud.number}"
    domain = retained(in_pool("Domain", Domain=domain_name))
    pool_only = template(Pool=retained(user_pool()))
    whole = template(Pool=retained(user_pool()), I=provider, D=domain)
    cloud.create("a", whole)
    pool, cognito = cloud.physical_ids("a")["Pool"], cloud.client("cognito-idp")
    cloud.update("a", pool_only)
    assert cognito.describe_user_pool_domain(Domain=domain_name)["DomainDescription"]["UserPoolId"] == pool
    found = cognito.describe_identity_provider(UserPoolId=pool, ProviderName="Google")["IdentityProvider"]
    assert found["ProviderDetails"]["client_id"] == "a"
    imported = [
        {
            "ResourceType": provider["Type"],
            "LogicalResourceId": "I",
            "ResourceIdentifier": {"UserPoolId": pool, "ProviderName": "Google"},
        },
        {
            "ResourceType": domain["Type"],
            "LogicalResourceId": "D",
            "ResourceIdentifier": {"UserPoolId": pool, "Domain": domain_name},
        },
    ]
    change_set = create(cloud, "a", "import", whole, ChangeSetType="IMPORT", ResourcesToImport=imported)
    assert change_set["Status"] == "CREATE_COMPLETE", change_set["StatusReason"]
    assert execute(cloud, "a", "import") == "IMPORT_COMPLETE"
    assert set(cloud.physical_ids("a")) == {"Pool", "I", "D"}


def test_an_import_does_nothing_else(cloud):
    domain_name = f"alone{cloud.number}"
    domain = retained(in_pool("Domain", Domain=domain_name))
    cloud.create("a", template(Pool=retained(user_pool()), K=parameter("k"), D=domain))
    pool = cloud.physical_ids("a")["Pool"]
    cloud.update("a", template(Pool=retained(user_pool()), K=parameter("k")))

    def entry(**identifier):
        return {"ResourceType": domain["Type"], "LogicalResourceId": "D", "ResourceIdentifier": identifier}

    whole = template(Pool=retained(user_pool()), K=parameter("k"), D=domain)
    named = entry(UserPoolId=pool, Domain=domain_name)
    unprotected = {name: value for name, value in domain.items() if name != "DeletionPolicy"}
    for body, imported, text in (
        (template(Pool=retained(user_pool()), K=parameter("k"), D=unprotected), named, "DeletionPolicy"),
        (template(Pool=retained(user_pool()), K=parameter("other"), D=domain), named, "modified resources"),
        (template(Pool=retained(user_pool()), D=domain), named, "modified resources"),
        (template(Pool=retained(user_pool()), K=parameter("k"), L=parameter("l"), D=domain), named, "missing from"),
        ({**whole, "Outputs": {"O": {"Value": "o"}}}, named, "Outputs"),
        (whole, entry(Domain=domain_name), "Invalid resource identifier"),
    ):
        with error("ValidationError", text):
            create(cloud, "a", "import", body, ChangeSetType="IMPORT", ResourcesToImport=[imported])
    change_set = create(cloud, "a", "import", whole, ChangeSetType="IMPORT", ResourcesToImport=[named])
    assert [change["ResourceChange"]["Action"] for change in change_set["Changes"]] == ["Import"]
    assert execute(cloud, "a", "import") == "IMPORT_COMPLETE"
    literal = {**domain, "Properties": {"Domain": domain_name, "UserPoolId": pool}}
    cloud.create("b", template(K=parameter("b")))
    second = create(
        cloud,
        "b",
        "import",
        template(K=parameter("b"), D=literal),
        ChangeSetType="IMPORT",
        ResourcesToImport=[named],
    )
    assert second["Status"] == "FAILED"
    assert "already exists in stack" in second["StatusReason"]


def test_an_import_of_nothing_fails(cloud):
    cloud.create("a", template(K=parameter("k")))
    missing = {
        "ResourceType": "AWS::DynamoDB::Table",
        "LogicalResourceId": "T",
        "ResourceIdentifier": {"TableName": "nobody"},
    }
    body = template(K=parameter("k"), T=retained(table(TableName="nobody")))
    change_set = create(cloud, "a", "import", body, ChangeSetType="IMPORT", ResourcesToImport=[missing])
    assert change_set["Status"] == "FAILED"
