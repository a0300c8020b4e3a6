from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.adapters.dynamo.items import decode_item, encode, encode_item

plain = st.recursive(
    st.booleans()
    | st.text()
    | st.integers(min_value=-(10**15), max_value=10**15)
    | st.floats(min_value=-1e9, max_value=1e9).map(lambda number: round(number, 3)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(min_size=1), plain, max_size=4))
def test_given_any_plain_row_when_encoded_and_decoded_then_nothing_changes(row):
    assert decode_item(encode_item(row)) == row


def test_given_whole_numbers_when_decoded_then_they_are_integers():
    decoded = decode_item({"size": {"N": "5000"}, "rate": {"N": "29.97"}})

    assert decoded == {"size": 5_000, "rate": 29.97}
    assert type(decoded["size"]) is int


def test_given_a_number_and_a_flag_when_encoded_then_they_stay_different_kinds():
    assert (encode(1), encode(True)) == ({"N": "1"}, {"BOOL": True})
