"""Conditional writes of S3: of several writers one succeeds, and nothing is overwritten unseen."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from driver import error

WRITERS = 8


@pytest.fixture
def place(cloud):
    """An S3 client and where an object can be."""
    s3 = cloud.client("s3")
    bucket = f"conditions-{cloud.number}"
    s3.create_bucket(Bucket=bucket)
    return s3, {"Bucket": bucket, "Key": "folder/lease"}


def content(s3, where):
    return s3.get_object(**where)["Body"].read()


def refusal(s3, where, **condition):
    """Code and HTTP status by which a write is refused."""
    with pytest.raises(ClientError) as refused:
        s3.put_object(**where, Body=b"refused", **condition)
    response = refused.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_if_none_match_writes_only_what_is_not_there(place):
    s3, where = place
    s3.put_object(**where, Body=b"one", IfNoneMatch="*")
    assert refusal(s3, where, IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert content(s3, where) == b"one"
    s3.delete_object(**where)
    s3.put_object(**where, Body=b"three", IfNoneMatch="*")
    assert content(s3, where) == b"three"


def test_if_match_overwrites_only_what_was_read(place):
    s3, where = place
    first = s3.put_object(**where, Body=b"one")["ETag"]
    second = s3.put_object(**where, Body=b"two", IfMatch=first)["ETag"]
    with error("PreconditionFailed"):
        s3.put_object(**where, Body=b"three", IfMatch=first)
    assert content(s3, where) == b"two"
    assert s3.get_object(**where)["ETag"] == second
    s3.delete_object(**where)
    with error("NoSuchKey"):
        s3.put_object(**where, Body=b"four", IfMatch=second)


@pytest.mark.parametrize("exists", [False, True])
def test_of_many_writers_one_succeeds(place, exists):
    s3, where = place
    condition = {"IfMatch": s3.put_object(**where, Body=b"start")["ETag"]} if exists else {"IfNoneMatch": "*"}

    def write(number):
        try:
            s3.put_object(**where, Body=str(number).encode(), **condition)
            return number
        except ClientError as refusal:
            assert refusal.response["Error"]["Code"] == "PreconditionFailed"
            return None

    with ThreadPoolExecutor(WRITERS) as pool:
        winners = [number for number in pool.map(write, range(WRITERS)) if number is not None]
    assert len(winners) == 1
    assert content(s3, where) == str(winners[0]).encode()


def test_answers_bear_the_time_by_which_an_objects_age_is_told(place):
    s3, where = place
    s3.put_object(**where, Body=b"one")
    answer = s3.get_object(**where)
    assert answer["LastModified"]
    assert answer["ResponseMetadata"]["HTTPHeaders"]["date"]


def test_a_conflict_can_be_injected_into_conditional_writes_only(cloud, place):
    s3, where = place
    cloud.control("POST", "/_faults", [{"action": "s3:PutObject", "kind": "conflict", "times": 1}])
    s3.put_object(**where, Body=b"one")
    assert refusal(s3, where, IfNoneMatch="*") == ("ConditionalRequestConflict", 409)
    assert content(s3, where) == b"one"
    cloud.control("POST", "/_faults", [])
