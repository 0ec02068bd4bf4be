"""Caffe's mean.binaryproto: a picture of means as one BlobProto of protobuf, of which nothing can run."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from models.errors import BrokenModelError
from models.own.description import Three

_FIELDS = {"num": 1, "channels": 2, "height": 3, "width": 4, "data": 5, "shape": 7, "double_data": 8}
_LARGEST = 256 << 20


def channel_means(path: Path) -> Three:
    """Return the mean of each of the three channels, in the order of the file, as Caffe's own examples do.

    Raises:
        BrokenModelError: it is no such file, or not of three channels.
    """
    blob = _parsed(path)
    values = np.array(blob.data or blob.double_data, np.float64)
    shape = tuple(blob.shape.dim) or (blob.num, blob.channels, blob.height, blob.width)
    whole = len(shape) >= 3 and min(shape) > 0 and len(values) == np.prod(shape, dtype=object)
    if not whole or not np.isfinite(values).all():
        raise BrokenModelError(f"{path} is not Caffe's file of means")
    channels = shape[-3]
    if channels != 3:
        raise BrokenModelError(f"{path} has means of {channels} channels, not of three")
    first, second, third = values.reshape(-1, 3, int(np.prod(shape[-2:]))).mean(axis=(0, 2))
    return float(first), float(second), float(third)


def _parsed(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST:
            raise BrokenModelError(f"{path} is too large for a file of means")
        return _blob_proto().FromString(path.read_bytes())
    except message.DecodeError as error:
        raise BrokenModelError(f"{path} is not Caffe's file of means") from error
    except OSError as error:
        raise BrokenModelError(f"{path} cannot be read: {error.strerror}") from error


@functools.cache
def _blob_proto() -> Any:
    """The message as caffe.proto has it, as far as it matters."""
    file = descriptor_pb2.FileDescriptorProto(name="marquee/blob.proto", package="marquee.caffe")
    kinds = descriptor_pb2.FieldDescriptorProto
    shape = file.message_type.add(name="BlobShape")
    shape.field.add(
        name="dim", number=1, type=kinds.TYPE_INT64, label=kinds.LABEL_REPEATED
    ).options.packed = True
    blob = file.message_type.add(name="BlobProto")
    for name, number in _FIELDS.items():
        field = blob.field.add(name=name, number=number, type=kinds.TYPE_INT32, label=kinds.LABEL_OPTIONAL)
        if name == "shape":
            field.type, field.type_name = kinds.TYPE_MESSAGE, ".marquee.caffe.BlobShape"
        elif name.endswith("data"):
            field.type = kinds.TYPE_FLOAT if name == "data" else kinds.TYPE_DOUBLE
            field.label, field.options.packed = kinds.LABEL_REPEATED, True
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("marquee.caffe.BlobProto"))
