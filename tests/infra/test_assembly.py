from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import packaging
from tests.infra.assembly import Assembly, synthesise_whole
from tests.infra.handlers import HANDLERS, ROOT

# The Lambda runtime brings these; a second copy costs start time and drifts apart.
IN_THE_RUNTIME = {"boto3", "botocore", "s3transfer", "urllib3", "dateutil", "six"}
ELF = b"\x7fELF"
AARCH64 = 183
LAYERS = ("dependencies", "ffmpeg", "av")

pytestmark = pytest.mark.xdist_group("assembly")


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembly]:
    """Half a gigabyte, so it goes when the tests are over."""
    folder = tmp_path_factory.mktemp("assembly")
    yield synthesise_whole(folder)
    shutil.rmtree(folder)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _machine(path: Path) -> int | None:
    """The processor of an ELF file."""
    with path.open("rb") as opened:
        head = opened.read(20)
    return int.from_bytes(head[18:20], "little") if head.startswith(ELF) else None


def test_given_no_account_when_synthesised_then_the_account_is_left_open(assembly: Assembly):
    stacks = {
        name: artifact["environment"]
        for name, artifact in assembly.manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }

    assert stacks.keys() == {f"Cutroom-dev-{name}" for name in ("data", "service", "watch")}
    assert [it for it in stacks.values() if not it.startswith("aws://unknown-account/")] == []


def test_given_the_functions_when_synthesised_then_each_is_measured_below(assembly: Assembly):
    handlers = {f"functions.handlers.{name}.lambda_handler" for name in HANDLERS}

    assert assembly.unzipped().keys() == handlers


@pytest.mark.parametrize("handler", HANDLERS)
def test_given_a_function_when_unzipped_with_its_layers_then_it_fits(
    assembly: Assembly, handler: str
):
    size = assembly.unzipped()[f"functions.handlers.{handler}.lambda_handler"]

    assert 0 < size <= packaging.UNZIPPED_LIMIT


def test_given_the_code_when_zipped_then_it_is_every_source_file_and_nothing_else(
    assembly: Assembly,
):
    (key,) = {
        resource["Properties"]["Code"]["S3Key"]
        for resource in assembly.resources.values()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    code = assembly.asset(key)

    packed = {str(path.relative_to(code)) for path in _files(code)}

    sources = (ROOT / "functions").rglob("*.py")
    assert packed == {str(path.relative_to(ROOT)) for path in sources}


def test_given_the_layers_when_synthesised_then_each_is_looked_at_below(assembly: Assembly):
    assert assembly.layers().keys() == set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_given_a_layer_when_unzipped_then_everything_is_where_python_looks(
    assembly: Assembly, layer: str
):
    assert [path.name for path in assembly.layers()[layer].iterdir()] == ["python"]


@pytest.mark.parametrize("layer", LAYERS)
def test_given_a_layer_when_built_then_it_repeats_nothing_of_the_runtime(
    assembly: Assembly, layer: str
):
    names = {path.name.split(".")[0] for path in (assembly.layers()[layer] / "python").iterdir()}

    assert names & IN_THE_RUNTIME == set()


@pytest.mark.parametrize("layer", LAYERS)
def test_given_a_layer_when_built_here_then_its_machine_code_is_for_arm(
    assembly: Assembly, layer: str
):
    machines = {path.name: _machine(path) for path in _files(assembly.layers()[layer])}
    native = {name: machine for name, machine in machines.items() if machine is not None}

    assert native
    assert {name: machine for name, machine in native.items() if machine != AARCH64} == {}


def test_given_the_ffmpeg_layer_when_built_then_ffmpeg_is_in_it(assembly: Assembly):
    folder = assembly.layers()["ffmpeg"] / "python" / "imageio_ffmpeg" / "binaries"

    (binary,) = folder.glob("ffmpeg-*")

    assert "aarch64" in binary.name
    assert _machine(binary) == AARCH64


@pytest.mark.parametrize(
    ("layer", "package"),
    [("av", "av"), ("dependencies", "pydantic"), ("dependencies", "aws_lambda_powertools")],
)
def test_given_a_layer_when_built_then_what_functions_import_is_in_it(
    assembly: Assembly, layer: str, package: str
):
    assert (assembly.layers()[layer] / "python" / package / "__init__.py").is_file()


@pytest.mark.parametrize("layer", LAYERS)
def test_given_an_interpreter_of_the_runtimes_version_when_built_then_bytecode_is_in_the_layer(
    assembly: Assembly, layer: str
):
    """Without one the layers work all the same and start a little later."""
    compiled = {path.name for path in _files(assembly.layers()[layer]) if path.suffix == ".pyc"}

    assert bool(compiled) == bool(packaging.bytecode_interpreter("3.13"))
    assert [name for name in compiled if ".cpython-313." not in name] == []


def test_given_an_interpreter_of_the_runtimes_version_when_built_then_bytecode_is_with_our_code(
    assembly: Assembly,
):
    """Nothing can be written beside the code in Lambda: each cold start would compile it anew."""
    code = assembly.code()
    sources = {path for path in _files(code) if path.suffix == ".py"}
    compiled = {path for path in _files(code) if path.suffix == ".pyc"}

    assert sources
    assert len(compiled) == (len(sources) if packaging.bytecode_interpreter("3.13") else 0)
