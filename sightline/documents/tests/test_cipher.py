"""Stored files: whatever is done to one is found, and a part is read without the rest."""

from __future__ import annotations

import io
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.documents import cipher
from sightline.documents.cipher import CHUNK, HEADER, TAG, Damaged, Decrypted
from sightline.documents.keyring import KeyMissing, Keyring, MasterKey

ID, KEY = UUID(int=7), b"k" * 32
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5)


def content_of(size: int) -> bytes:
    return bytes(range(251)) * (size // 251 + 1)


def stored(size: int, key: bytes = KEY, file_id: UUID = ID) -> bytes:
    out = io.BytesIO()
    assert cipher.encrypt(io.BytesIO(content_of(size)[:size]), out, key, file_id) == size
    assert len(out.getvalue()) == cipher.stored_size(size)
    return out.getvalue()


def opened(raw: bytes, size: int, key: bytes = KEY, file_id: UUID = ID) -> Decrypted:
    return Decrypted(io.BytesIO(raw), key, file_id, size)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_stored_comes_back(size):
    raw = stored(size)
    assert opened(raw, size).read() == content_of(size)[:size]
    assert content_of(size)[:40] not in raw or size < 40


@given(st.integers(0, 3 * CHUNK + 5), st.integers(0, 2 * CHUNK))
def test_any_part_comes_back_and_only_its_chunks_are_opened(start, length):
    size = 3 * CHUNK + 5
    raw = bytearray(stored(size))
    end = min(size, start + length)
    needed = set(range(start // CHUNK, (max(start, end - 1)) // CHUNK + 1))
    for index in set(range(4)) - needed:
        raw[HEADER + index * (CHUNK + TAG)] ^= 1  # would be found if it were opened
    file = opened(bytes(raw), size)
    file.seek(start)
    assert file.read(end - start) == content_of(size)[start:end]


def test_each_change_of_a_byte_is_found():
    size = 2 * CHUNK + 9
    raw = stored(size)
    for place in (0, 3, 7, HEADER, HEADER + CHUNK, HEADER + CHUNK + TAG, len(raw) - 1):
        changed = bytearray(raw)
        changed[place] ^= 0x40
        with pytest.raises(Damaged):
            opened(bytes(changed), size).read()


@pytest.mark.parametrize("size", [CHUNK, 2 * CHUNK, 3 * CHUNK])
def test_an_end_that_was_cut_off_is_found_whatever_size_is_claimed(size):
    raw = stored(size)
    for chunks in range(1, size // CHUNK):
        cut = raw[: HEADER + chunks * (CHUNK + TAG)]
        for claimed in (size, chunks * CHUNK):
            with pytest.raises(Damaged):
                opened(cut, claimed).read()


def test_chunks_that_changed_places_or_come_from_another_file_are_found():
    size = 3 * CHUNK
    raw, other = stored(size), stored(size, file_id=uuid4())
    first, second = (slice(HEADER + n * (CHUNK + TAG), HEADER + (n + 1) * (CHUNK + TAG)) for n in (0, 1))
    for changed in (
        raw[:HEADER] + raw[second] + raw[first] + raw[second.stop :],
        raw[:HEADER] + raw[first] + raw[first] + raw[second.stop :],
        raw[:HEADER] + other[first] + raw[first.stop :],
        other,
    ):
        with pytest.raises(Damaged):
            opened(changed, size).read()


def test_another_key_opens_nothing():
    with pytest.raises(Damaged):
        opened(stored(5), 5, key=b"x" * 32).read()


def test_what_is_no_stored_file_is_said_to_be_none():
    with pytest.raises(Damaged):
        opened(b"%PDF-1.7", 5)


def test_a_wrapped_key_opens_for_its_own_file_alone():
    master = MasterKey(b"m" * 32)
    wrapped = master.wrap(KEY, ID)
    assert KEY not in wrapped
    assert master.unwrap(wrapped, ID) == KEY
    for key, data, file_id in (
        (master, wrapped, uuid4()),
        (MasterKey(b"n" * 32), wrapped, ID),
        (master, wrapped[:-1] + bytes([wrapped[-1] ^ 1]), ID),
        (master, b"", ID),
    ):
        with pytest.raises(Damaged):
            key.unwrap(data, file_id)


def test_the_first_key_wraps_and_all_open():
    ring = Keyring.of(f"{'ab' * 32}\n{'cd' * 32}\n")
    assert ring.current.secret == b"\xab" * 32
    assert ring.named(MasterKey(b"\xcd" * 32).id).secret == b"\xcd" * 32
    with pytest.raises(KeyMissing, match="put it back"):
        ring.named("000000000000")


@pytest.mark.parametrize("text", ["", "  \n", "abc", "zz" * 32, "ab" * 32 + " short"])
def test_a_key_that_is_missing_or_spoilt_is_said_to_be(text):
    with pytest.raises(KeyMissing, match="key of the documents"):
        Keyring.of(text)
