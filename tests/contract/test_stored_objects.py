"""Versions, marks of removal and unfinished uploads: what holds for S3 and for the fake alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.adapters.aws import client
from functions.adapters.s3_stored_objects import S3StoredObjects
from functions.domain.deletions.deletion import StoredObject
from functions.domain.deletions.ports import ObjectPage, StoredObjects
from functions.domain.errors import UnavailableError
from tests.fakes.stored_objects import FakeStoredObjects

ODD = "two words + 100% “quoted” <&> 😀 שלום.mp4"
MIB = 1024 * 1024


class Bucket:
    """A store, and how things come into it."""

    def __init__(self, stored: StoredObjects, name: str | None) -> None:
        self.stored, self._name = stored, name

    def put(self, key: str, body: bytes = b"x") -> None:
        if isinstance(self.stored, FakeStoredObjects):
            self.stored.put(key, len(body))
        else:
            client("s3").put_object(Bucket=self._name, Key=key, Body=body)

    def put_many(self, keys: list[str]) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self.put, keys))

    def remove(self, key: str) -> None:
        """As a reader does, to whom it is gone."""
        if isinstance(self.stored, FakeStoredObjects):
            self.stored.put_mark(key)
        else:
            client("s3").delete_object(Bucket=self._name, Key=key)

    def begin(self, key: str, *parts: bytes) -> None:
        if isinstance(self.stored, FakeStoredObjects):
            self.stored.begin(key, sum(map(len, parts)))
            return
        s3 = client("s3")
        begun = s3.create_multipart_upload(Bucket=self._name, Key=key)
        for number, body in enumerate(parts, 1):
            s3.upload_part(
                Bucket=self._name,
                Key=key,
                UploadId=begun["UploadId"],
                PartNumber=number,
                Body=body,
            )


@pytest.fixture(params=["fake", "s3"])
def kept(request: pytest.FixtureRequest, versioned_bucket: str) -> Bucket:
    if request.param == "fake":
        return Bucket(FakeStoredObjects(), None)
    return Bucket(S3StoredObjects(versioned_bucket), versioned_bucket)


@pytest.fixture
def plain(bucket: str) -> Bucket:
    """Without versions."""
    return Bucket(S3StoredObjects(bucket), bucket)


def walked(look: Callable[[str, Any], ObjectPage], prefix: str) -> Iterator[ObjectPage]:
    after = None
    while True:
        page = look(prefix, after)
        yield page
        after = page.next
        if after is None:
            return


def found(kept: Bucket, prefix: str) -> list[StoredObject]:
    return [one for page in walked(kept.stored.page, prefix) for one in page.objects]


def test_given_versions_and_marks_when_listed_then_each_is_named_with_its_size(
    kept: Bucket, fresh: str
) -> None:
    kept.put(f"{fresh}/{ODD}", b"first")
    kept.put(f"{fresh}/{ODD}", b"second")
    kept.remove(f"{fresh}/{ODD}")
    kept.put(f"{fresh}/other", b"")

    listed = found(kept, f"{fresh}/")

    assert sorted((one.key, one.size, one.mark) for one in listed) == [
        (f"{fresh}/other", 0, False),
        (f"{fresh}/{ODD}", 0, True),
        (f"{fresh}/{ODD}", 5, False),
        (f"{fresh}/{ODD}", 6, False),
    ]
    assert len({(one.key, one.version) for one in listed}) == 4
    assert all(one.modified for one in listed)


def test_given_versions_and_marks_when_removed_then_nothing_is_left_of_them_only(
    kept: Bucket, fresh: str
) -> None:
    kept.put(f"{fresh}/a/{ODD}", b"first")
    kept.put(f"{fresh}/a/{ODD}", b"second")
    kept.remove(f"{fresh}/a/{ODD}")
    kept.put(f"{fresh}/ab")

    assert list(kept.stored.remove(found(kept, f"{fresh}/a/"))) == []

    assert [one.key for one in found(kept, fresh)] == [f"{fresh}/ab"]


def test_given_what_was_removed_when_removed_again_then_it_is_fine(
    kept: Bucket, fresh: str
) -> None:
    kept.put(f"{fresh}/a")
    listed = found(kept, fresh)

    for _ in range(2):
        assert list(kept.stored.remove(listed)) == []
    assert list(kept.stored.remove([])) == []


def test_given_one_version_when_removed_then_the_others_of_its_name_stay(
    kept: Bucket, fresh: str
) -> None:
    kept.put(f"{fresh}/a", b"one")
    kept.put(f"{fresh}/a", b"three")
    (small,) = [one for one in found(kept, fresh) if one.size == 3]

    kept.stored.remove([small])

    assert [one.size for one in found(kept, fresh)] == [5]


def test_given_more_than_a_page_when_walked_then_each_is_met_once_and_all_can_be_removed(
    kept: Bucket, fresh: str
) -> None:
    keys = [f"{fresh}/{number:04d}" for number in range(1_010)]
    kept.put_many([*keys, *keys[:200]])

    pages = [page.objects for page in walked(kept.stored.page, f"{fresh}/")]

    assert [len(page) for page in pages] == [1_000, 210]
    assert len({(one.key, one.version) for page in pages for one in page}) == 1_210
    for page in pages:
        assert list(kept.stored.remove(page)) == []
    assert found(kept, fresh) == []


def test_given_a_page_that_was_removed_when_the_walk_goes_on_then_the_rest_is_met(
    kept: Bucket, fresh: str
) -> None:
    kept.put_many([f"{fresh}/{number:04d}" for number in range(1_005)])
    seen = 0

    for page in walked(kept.stored.page, f"{fresh}/"):
        seen += len(page.objects)
        kept.stored.remove(page.objects)

    assert seen == 1_005
    assert found(kept, fresh) == []


def test_given_unfinished_uploads_when_listed_then_with_the_bytes_of_their_parts(
    kept: Bucket, fresh: str
) -> None:
    kept.begin(f"{fresh}/a", b"a" * 5 * MIB, b"b" * 10)
    kept.begin(f"{fresh}/a")
    kept.begin(f"{fresh}-other/a", b"x")
    kept.put(f"{fresh}/a")

    listed = [one for page in walked(kept.stored.unfinished, f"{fresh}/") for one in page.objects]

    assert sorted((one.key, one.size) for one in listed) == [
        (f"{fresh}/a", 0),
        (f"{fresh}/a", 5 * MIB + 10),
    ]


def test_given_unfinished_uploads_when_given_up_twice_then_they_are_gone(
    kept: Bucket, fresh: str
) -> None:
    kept.begin(f"{fresh}/a", b"x")
    listed = kept.stored.unfinished(fresh, None).objects

    for _ in range(2):
        assert list(kept.stored.abandon(listed)) == []

    assert kept.stored.unfinished(fresh, None).objects == ()


def test_given_more_uploads_than_a_page_has_when_walked_then_each_is_met_once(
    kept: Bucket, fresh: str
) -> None:
    for number in range(120):
        kept.begin(f"{fresh}/{number:03d}")

    pages = list(walked(kept.stored.unfinished, f"{fresh}/"))

    met = [one.key for page in pages for one in page.objects]
    assert met == [f"{fresh}/{number:03d}" for number in range(120)]
    assert all(list(kept.stored.abandon(page.objects)) == [] for page in pages)
    assert kept.stored.unfinished(fresh, None).objects == ()


def test_given_a_bucket_without_versions_when_removed_then_objects_are_gone(
    plain: Bucket, fresh: str
) -> None:
    plain.put(f"{fresh}/{ODD}", b"12345")

    (listed,) = found(plain, fresh)

    assert (listed.version, listed.size, listed.mark) == ("null", 5, False)
    assert list(plain.stored.remove([listed])) == []
    assert found(plain, fresh) == []


def test_given_letters_that_a_list_cannot_name_when_removed_then_one_by_one(
    kept: Bucket, fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XML holds no control characters, and keys may."""
    if isinstance(kept.stored, FakeStoredObjects):
        pytest.skip("it has no XML")
    s3, asked = client("s3"), list[dict[str, Any]]()
    monkeypatch.setattr(s3, "delete_object", lambda **named: asked.append(named))
    monkeypatch.setattr(s3, "delete_objects", lambda **_: pytest.fail("named in XML"))

    refused = kept.stored.remove([StoredObject(key=f"{fresh}/\x07", version="v")])

    assert list(refused) == []
    assert [(one["Key"], one["VersionId"]) for one in asked] == [(f"{fresh}/\x07", "v")]


def test_given_objects_that_are_refused_when_removed_then_they_are_named_and_the_others_go(
    kept: Bucket, fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.put_many([f"{fresh}/{name}" for name in "abc"])
    listed = found(kept, fresh)
    if isinstance(kept.stored, FakeStoredObjects):
        kept.stored.refused[f"{fresh}/b"] = "AccessDenied"
    else:
        _refuse(f"{fresh}/b", monkeypatch)

    refused = kept.stored.remove(listed)

    assert [(one.key, reason) for one, reason in refused] == [(f"{fresh}/b", "AccessDenied")]
    assert [one.key for one in found(kept, fresh)] == [f"{fresh}/b"]


def _refuse(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As S3 tells of it: in the answer about all."""
    s3 = client("s3")
    whole = s3.delete_objects

    def partly(**asked: Any) -> dict[str, Any]:
        objects = asked["Delete"]["Objects"]
        gone = [one for one in objects if one["Key"] != key]
        whole(**{**asked, "Delete": {**asked["Delete"], "Objects": gone}})
        errors = [
            {**one, "Code": "AccessDenied", "Message": "Access Denied"}
            for one in objects
            if one["Key"] == key
        ]
        return {"Errors": errors}

    monkeypatch.setattr(s3, "delete_objects", partly)


def test_given_no_such_bucket_when_asked_then_it_is_unavailable() -> None:
    nowhere = S3StoredObjects("no-such-bucket")

    with pytest.raises(UnavailableError):
        nowhere.page("a", None)
    with pytest.raises(UnavailableError):
        nowhere.unfinished("a", None)
    with pytest.raises(UnavailableError):
        nowhere.remove([StoredObject(key="a", version="v")])
