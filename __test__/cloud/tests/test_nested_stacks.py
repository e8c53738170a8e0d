"""Nested stacks: parameters, exports, lineage, rollback and retention over the whole tree."""

from building_blocks import nested_stack, parameter, retained, table, template, upload_templates


def test_parameters_exports_and_lineage(cloud):
    leaf = {
        "Parameters": {"F": {"Type": "String", "AllowedValues": ["true", "false"]}},
        "Resources": {"L": parameter({"Ref": "F"})},
        "Outputs": {"V": {"Value": {"Fn::GetAtt": ["L", "Value"]}, "Export": {"Name": cloud.name("deep")}}},
    }
    url = upload_templates(cloud, leaf=leaf)
    middle = {
        **template(Leaf=nested_stack(url("leaf"), F=False)),
        "Outputs": {"V": {"Value": {"Fn::GetAtt": ["Leaf", "Outputs.V"]}}},
    }
    upload_templates(cloud, middle=middle)
    value = parameter({"Fn::GetAtt": ["Mid", "Outputs.V"]})
    root = cloud.create("root", template(Mid=nested_stack(url("middle")), K=value))
    assert cloud.parameter(cloud.physical_ids("root")["K"]) == "false", "a boolean is lower case"
    cloud.create("importer", template(I=parameter({"Fn::ImportValue": cloud.name("deep")})))

    middle_stack = cloud.stack(cloud.physical_ids("root")["Mid"])
    leaf_stack = cloud.stack(cloud.physical_ids(middle_stack["StackId"])["Leaf"])
    assert middle_stack["ParentId"] == middle_stack["RootId"] == root["StackId"]
    assert (leaf_stack["ParentId"], leaf_stack["RootId"]) == (middle_stack["StackId"], root["StackId"])
    summaries = cloud.cloudformation.list_stacks()["StackSummaries"]
    listed = {s["StackName"]: s.get("RootId") for s in summaries}
    assert listed[leaf_stack["StackName"]] == root["StackId"]


def test_a_failure_rolls_the_whole_tree_back(cloud):
    url = upload_templates(cloud, child=template(D=table(), K=parameter("k")))("child")
    root = template(C=nested_stack(url))
    cloud.create("root", root)
    child = cloud.physical_ids("root")["C"]
    ids = cloud.physical_ids(child)
    upload_templates(cloud, child=template(K=parameter("k2"), Bad=table(TableName=ids["D"])))
    cloud.update("root", root, status="UPDATE_ROLLBACK_COMPLETE")
    assert cloud.physical_ids(child) == ids
    assert cloud.parameter(ids["K"]) == "k"
    assert cloud.stack(child)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_deletion_policy_in_a_nested_stack(cloud):
    whole = template(D=table(), R=retained(table()), S=retained(table()), K=parameter("k"))
    url = upload_templates(cloud, child=whole)("child")
    root = template(C=nested_stack(url))
    cloud.create("root", root)
    child = cloud.physical_ids("root")["C"]
    ids = cloud.physical_ids(child)

    def tables():
        return cloud.client("dynamodb").list_tables()["TableNames"]

    upload_templates(cloud, child=template(S=retained(table()), K=parameter("k")))
    cloud.update("root", root)
    assert ids["R"] in tables() and ids["D"] not in tables()
    root_id = cloud.stack("root")["StackId"]
    cloud.cloudformation.delete_stack(StackName=root_id)
    assert cloud.settled(root_id)["StackStatus"] == "DELETE_COMPLETE"
    assert cloud.settled(child)["StackStatus"] == "DELETE_COMPLETE"
    assert ids["S"] in tables()


def test_an_update_of_the_root_reads_nested_templates_again(cloud):
    url = upload_templates(cloud, child=template(K=parameter("1")))("child")
    root = template(C=nested_stack(url))
    cloud.create("root", root)
    physical_id = cloud.physical_ids(cloud.physical_ids("root")["C"])["K"]
    upload_templates(cloud, child=template(K=parameter("2")))
    cloud.update("root", root)
    assert cloud.parameter(physical_id) == "2"
