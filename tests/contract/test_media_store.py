"""The bucket: what holds for S3 and for the fake alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.adapters.aws import client
from functions.adapters.s3_media_store import S3MediaStore
from functions.domain.errors import UnavailableError
from functions.domain.media.ports import MediaStore, Part
from tests.fakes.media import FakeMediaStore
from tests.support.cloud import send

MIB = 1024 * 1024
NAMES = ["plain.mp4", "two words + 100% “quoted” 😀 שלום.mp4"]


@pytest.fixture(params=["fake", "s3"])
def media(request: pytest.FixtureRequest, bucket: str) -> MediaStore:
    return FakeMediaStore(versioned=False) if request.param == "fake" else S3MediaStore(bucket)


@pytest.fixture(params=["fake", "s3"])
def versioned(request: pytest.FixtureRequest, versioned_bucket: str) -> MediaStore:
    return FakeMediaStore() if request.param == "fake" else S3MediaStore(versioned_bucket)


def send_part(media: MediaStore, key: str, upload_id: str, number: int, body: bytes) -> None:
    """As a browser does: to the signed URL."""
    if isinstance(media, FakeMediaStore):
        media.put_part(key, upload_id, number, body)
    else:
        answer = send("PUT", media.sign_part(key, upload_id, number, 60), body)
        assert answer.status == 200, answer.body


def put(media: MediaStore, key: str, body: bytes, folder: Path) -> None:
    path = folder / "body"
    path.write_bytes(body)
    media.upload(path, key, "video/mp4")


def kept_versions(media: MediaStore, prefix: str) -> set[str]:
    """The keys of which any version or mark of a deletion is left."""
    if isinstance(media, FakeMediaStore):
        return {key for key in media.objects if key.startswith(prefix)}
    assert isinstance(media, S3MediaStore)
    listed = client("s3").list_object_versions(Bucket=media._bucket, Prefix=prefix)
    return {it["Key"] for kind in ("Versions", "DeleteMarkers") for it in listed.get(kind, [])}


class TestMediaStore:
    def test_given_no_such_object_when_it_is_looked_for_then_there_is_none(
        self, media: MediaStore, fresh: str
    ) -> None:
        assert media.find(f"uploads/{fresh}") is None

    @pytest.mark.parametrize("name", NAMES)
    def test_given_a_file_when_it_is_uploaded_then_it_is_found_and_comes_back(
        self, media: MediaStore, fresh: str, tmp_path: Path, name: str
    ) -> None:
        key = f"media/{fresh}/{name}"
        put(media, key, b"content", tmp_path)

        found = media.find(key)
        media.download(key, tmp_path / "back")

        assert found
        assert (found.key, found.size, found.version_id) == (key, 7, None)
        assert found.etag.isalnum()
        assert (tmp_path / "back").read_bytes() == b"content"

    def test_given_an_empty_file_when_it_is_uploaded_then_it_has_no_bytes(
        self, media: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        put(media, fresh, b"", tmp_path)

        found = media.find(fresh)
        assert found
        assert found.size == 0

    def test_given_an_object_when_it_is_written_over_then_its_etag_changes(
        self, media: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        put(media, fresh, b"one", tmp_path)
        first = media.find(fresh)
        put(media, fresh, b"two", tmp_path)
        second = media.find(fresh)

        assert first
        assert second
        assert first.etag != second.etag

    def test_given_a_bucket_of_versions_when_an_object_is_written_over_then_both_are_named(
        self, versioned: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        put(versioned, fresh, b"same", tmp_path)
        first = versioned.find(fresh)
        put(versioned, fresh, b"same", tmp_path)
        second = versioned.find(fresh)

        assert first
        assert second
        assert first.version_id
        assert second.version_id
        assert first.version_id != second.version_id
        assert first.etag == second.etag

    def test_given_a_document_when_it_is_written_then_it_reads_back(
        self, media: MediaStore, fresh: str
    ) -> None:
        document = {"a": [1, 2.5, None, True], "ü": {"😀": "“”"}, "empty": []}

        media.write_json(fresh, document)

        assert media.read_json(fresh) == document

    def test_given_no_such_object_when_it_is_fetched_then_it_is_unavailable(
        self, media: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        with pytest.raises(UnavailableError):
            media.read_json(fresh)
        with pytest.raises(UnavailableError):
            media.download(fresh, tmp_path / "none")
        with pytest.raises(UnavailableError):
            media.copy(fresh, f"{fresh}-copy")

    @pytest.mark.parametrize("name", NAMES)
    def test_given_an_object_when_it_is_copied_then_both_hold_the_same(
        self, media: MediaStore, fresh: str, tmp_path: Path, name: str
    ) -> None:
        put(media, f"{fresh}/{name}", b"content", tmp_path)

        media.copy(f"{fresh}/{name}", f"{fresh}/copy/{name}")

        media.download(f"{fresh}/copy/{name}", tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == b"content"
        assert media.find(f"{fresh}/{name}")

    def test_given_more_objects_than_one_call_takes_when_they_are_deleted_then_all_are_gone(
        self, media: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        kept, gone = f"{fresh}/kept", [f"{fresh}/0", f"{fresh}/1100"]
        for key in (kept, *gone):
            put(media, key, b"x", tmp_path)

        media.delete(f"{fresh}/{number}" for number in range(1101))
        media.delete([])

        assert [media.find(key) for key in gone] == [None, None]
        assert media.find(kept)

    def test_given_an_object_of_many_versions_when_erased_then_only_it_is_gone_with_all_of_them(
        self, versioned: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        for key in (fresh, fresh, f"{fresh}-2", f"{fresh}/inside"):
            put(versioned, key, b"x", tmp_path)
        versioned.delete([fresh])
        put(versioned, fresh, b"x", tmp_path)

        versioned.erase(fresh)
        versioned.erase(fresh)

        assert kept_versions(versioned, fresh) == {f"{fresh}-2", f"{fresh}/inside"}

    def test_given_a_folder_when_erased_then_all_in_it_is_gone_with_all_versions_and_no_more(
        self, versioned: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        inside = [f"{fresh}/a", f"{fresh}/a", f"{fresh}/deeper/b"]
        beside = [fresh, f"{fresh}-2/a"]
        for key in (*inside, *beside):
            put(versioned, key, b"x", tmp_path)
        versioned.delete([f"{fresh}/deeper/b"])

        versioned.erase_folder(fresh)
        versioned.erase_folder(fresh)

        assert kept_versions(versioned, fresh) == set(beside)

    def test_given_what_was_seen_of_a_folder_when_removed_then_just_that_goes(
        self, versioned: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        """What is stored meanwhile under the same key stays."""
        for key in (f"{fresh}/a", f"{fresh}/b", f"{fresh}/deeper/c", f"{fresh}-2/a"):
            put(versioned, key, b"first", tmp_path)
        versioned.delete([f"{fresh}/b"])
        seen = versioned.stored(f"{fresh}/")
        put(versioned, f"{fresh}/a", b"second", tmp_path)

        versioned.remove(seen)
        versioned.remove(seen)

        assert {one.key for one in seen} == {f"{fresh}/a", f"{fresh}/deeper/c"}
        assert versioned.find(f"{fresh}/deeper/c") is None
        versioned.download(f"{fresh}/a", tmp_path / "a")
        assert (tmp_path / "a").read_bytes() == b"second"
        assert versioned.find(f"{fresh}-2/a")

    def test_given_a_bucket_without_versions_when_what_was_seen_is_removed_then_it_is_gone(
        self, media: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        for key in (f"{fresh}/a", f"{fresh}/b"):
            put(media, key, b"x", tmp_path)

        media.remove(media.stored(f"{fresh}/a"))

        assert media.find(f"{fresh}/a") is None
        assert media.find(f"{fresh}/b")

    def test_given_more_than_one_page_when_seen_then_all_are(
        self, media: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        if isinstance(media, S3MediaStore):
            for number in range(1_003):
                client("s3").put_object(Bucket=media._bucket, Key=f"{fresh}/{number}", Body=b"")
        else:
            for number in range(1_003):
                put(media, f"{fresh}/{number}", b"", tmp_path)

        seen = media.stored(f"{fresh}/")
        media.remove(seen)

        # The local cloud tells the last of a page again on the next.
        assert len(set(seen)) == 1_003
        assert media.stored(f"{fresh}/") == []

    def test_given_a_multipart_upload_when_its_parts_have_come_then_they_are_joined(
        self, media: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        bodies = [b"a" * (5 * MIB), b"b" * 10]
        upload_id = media.start_multipart(fresh, "video/mp4", {"file-name": "x%20y.mp4"})
        assert media.parts(fresh, upload_id) == []
        assert media.find(fresh) is None
        for number in (2, 1):
            send_part(media, fresh, upload_id, number, bodies[number - 1])
        parts = media.parts(fresh, upload_id)
        assert parts
        assert [(part.number, part.size) for part in parts] == [(1, 5 * MIB), (2, 10)]

        media.complete_multipart(fresh, upload_id, parts)

        media.download(fresh, tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == b"".join(bodies)
        assert media.parts(fresh, upload_id) is None

    def test_given_a_part_that_comes_again_when_parts_are_listed_then_the_last_counts(
        self, media: MediaStore, fresh: str
    ) -> None:
        upload_id = media.start_multipart(fresh, "video/mp4", {})
        send_part(media, fresh, upload_id, 1, b"first")
        send_part(media, fresh, upload_id, 1, b"second try")

        parts = media.parts(fresh, upload_id)

        assert parts
        assert [(part.number, part.size) for part in parts] == [(1, 10)]

    def test_given_parts_that_we_send_when_they_are_joined_then_their_etags_are_what_they_told(
        self, media: MediaStore, fresh: str, tmp_path: Path
    ) -> None:
        upload_id = media.start_multipart(fresh, "video/mp4", {})
        bodies = [bytes(5 * MIB), b"end"]

        etags = [
            media.put_part(fresh, upload_id, number, body) for number, body in enumerate(bodies, 1)
        ]

        arrived = media.parts(fresh, upload_id)
        assert arrived
        assert [part.etag for part in arrived] == etags
        told = [Part(number, 0, etag) for number, etag in enumerate(etags, 1)]
        media.complete_multipart(fresh, upload_id, told)
        media.download(fresh, tmp_path / "whole")
        assert (tmp_path / "whole").read_bytes() == b"".join(bodies)

    def test_given_an_upload_that_is_over_when_a_part_comes_then_it_is_refused(
        self, media: MediaStore, fresh: str
    ) -> None:
        upload_id = media.start_multipart(fresh, "video/mp4", {})
        media.abort_multipart(fresh, upload_id)

        with pytest.raises(UnavailableError):
            media.put_part(fresh, upload_id, 1, b"late")

    def test_given_uploads_to_keys_that_begin_alike_when_listed_then_just_those_of_one_are_named(
        self, media: MediaStore, fresh: str
    ) -> None:
        uploads = {media.start_multipart(fresh, "video/mp4", {}) for _ in range(2)}
        media.start_multipart(f"{fresh}/more", "video/mp4", {})
        over = media.start_multipart(fresh, "video/mp4", {})
        media.abort_multipart(fresh, over)

        assert set(media.open_multiparts(fresh)) == uploads
        assert media.open_multiparts(f"{fresh}/none") == []

    def test_given_a_multipart_upload_when_it_is_given_up_twice_then_nothing_is_left(
        self, media: MediaStore, fresh: str
    ) -> None:
        upload_id = media.start_multipart(fresh, "video/mp4", {})
        send_part(media, fresh, upload_id, 1, b"x")

        media.abort_multipart(fresh, upload_id)
        media.abort_multipart(fresh, upload_id)

        assert media.parts(fresh, upload_id) is None
        assert media.find(fresh) is None
