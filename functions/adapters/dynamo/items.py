"""Plain values to DynamoDB's typed attributes and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

Item = dict[str, Any]

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def encode(value: Any) -> Any:
    """One typed attribute, such as {"S": "…"}."""
    return _serialize(_to_decimal(value))


def encode_item(plain: Mapping[str, Any]) -> Item:
    return {name: encode(value) for name, value in plain.items()}


def decode_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _from_decimal(_deserialize(value)) for name, value in item.items()}


def _to_decimal(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, Mapping):
        return {key: _to_decimal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_decimal(item) for item in value]
    return value


def _from_decimal(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {key: _from_decimal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_from_decimal(item) for item in value]
    return value
