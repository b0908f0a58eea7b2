"""No file that is read can run code: what unpickles, evaluates or imports by a name from outside stands here with its reason."""

import ast
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from forbear.ensemble.packing import decode
from forbear.errors import ForbearError
from forbear.files import read_arrays, read_json

SOURCE = Path(__file__).resolve().parents[2] / "src" / "forbear"
UNPICKLERS = {
    "pickle",
    "_pickle",
    "cPickle",
    "cloudpickle",
    "dill",
    "joblib",
    "jsonpickle",
    "marshal",
    "shelve",
    "yaml",
}
EVALUATORS = {"eval", "exec", "compile", "__import__"}
READERS = {"read_pickle", "exec_module", "run_path", "run_module", "entry_points", "os.system", "os.popen"}

#: File -> what it may do and why nothing that a stranger hands over reaches it.
REASONS = {
    "ensemble/cluster.py": ({"pickle"}, "a job goes to workers of one's own cluster; docs/scale.md says who can reach them"),
    "kernel/woven.py": ({"compile", "exec"}, "runs what this process wove, never what lies on disk"),
    "country/extensions.py": ({"entry_points"}, "rooms are packages that the user installed; a scenario names one of them, never a module"),
}  # fmt: skip


def deeds(path: Path) -> set[str]:
    """What a source file does of all that can execute what it reads."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names} & UNPICKLERS
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module.split(".")[0]} & UNPICKLERS
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                found |= {node.func.id} & (EVALUATORS | READERS)
            elif isinstance(node.func, ast.Attribute):
                found |= {node.func.attr, ast.unparse(node.func)} & READERS
                flags = {k.arg: k.value for k in node.keywords}
                numpy_load = ast.unparse(node.func) in ("np.load", "numpy.load")
                if numpy_load and ast.unparse(flags.get("allow_pickle", ast.Constant(True))) != "False":
                    found.add("np.load with objects")
    return found


def test_what_could_execute_a_file_is_done_only_where_a_reason_stands():
    done = {str(path.relative_to(SOURCE)): found for path in SOURCE.rglob("*.py") if (found := deeds(path))}
    assert done == {name: allowed for name, (allowed, _) in REASONS.items()}
    assert all(len(reason) > 20 for _, reason in REASONS.values())


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        ("import pickle", "pickle"),
        ("from joblib import load", "joblib"),
        ("import os.path, dill", "dill"),
        ("def f():\n    from cloudpickle import loads", "cloudpickle"),
        ("import numpy as np\nnp.load(path)", "np.load with objects"),
        ("import numpy as np\nnp.load(path, allow_pickle=True)", "np.load with objects"),
        ("pandas.read_pickle(path)", "read_pickle"),
        ("eval(text)", "eval"),
    ],
)
def test_the_look_out_sees_every_kind(tmp_path, text, deed):
    path = tmp_path / "module.py"
    path.write_text(text, encoding="utf-8")
    assert deeds(path) == {deed}


class Trap:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("disguise", ["plain", "npy", "npz"])
def test_a_pickle_in_the_place_of_a_document_or_of_arrays_does_nothing(tmp_path, disguise):
    mark, path = tmp_path / "mark", tmp_path / "file"
    objects = np.array([Trap(mark)], dtype=object)
    with open(path, "wb") as file:
        if disguise == "plain":
            pickle.dump(Trap(mark), file)
        elif disguise == "npy":
            np.save(file, objects, allow_pickle=True)
        else:
            np.savez(file, allow_pickle=True, a=objects)
    for read in (read_arrays, read_json):
        with pytest.raises(ForbearError):
            read(path)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("dtype", "filters", "compressor"),
    [
        ("|O", [{"id": "pickle", "protocol": 5}], None),
        ("|O", [{"id": "vlen-utf8"}, {"id": "pickle", "protocol": 5}], None),
        ("|O", [{"id": "vlen-utf8"}], {"id": "pickle", "protocol": 5}),
        ("<f8", None, {"id": "pickle", "protocol": 5}),
    ],
)
def test_a_chunk_of_a_store_that_asks_to_be_unpickled_does_nothing(tmp_path, dtype, filters, compressor):
    mark = tmp_path / "mark"
    described = {"zarr_format": 2, "shape": [1, 1], "chunks": [1, 1], "dtype": dtype, "compressor": compressor, "filters": filters, "fill_value": None, "order": "C"}  # fmt: skip
    files = {
        ".zgroup": json.dumps({"zarr_format": 2}).encode(),
        "pack0/.zarray": json.dumps(described).encode(),
        "pack0/.zattrs": json.dumps({"_ARRAY_DIMENSIONS": ["member", "in_pack0"]}).encode(),
        "pack0/0.0": pickle.dumps(Trap(mark)),
    }
    with pytest.raises(Exception):  # noqa: B017 (which error it is, the tests of stores say)
        decode(files).load()
    assert not mark.exists()
