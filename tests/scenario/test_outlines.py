"""A map from elsewhere that is no map is refused in words."""

import json

import pytest

from forbear.errors import FileError
from forbear.evidence.outlines import read_outlines

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]


def map_of(**changed):
    feature = {"type": "Feature", "properties": {"name": "a"}, "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}
    return {"type": "FeatureCollection", "features": [{**feature, **changed}]}


@pytest.mark.parametrize("properties", ["a", 7, ["name"], True])
def test_properties_that_are_no_table_are_named_with_their_feature(tmp_path, properties):
    (tmp_path / "map.geojson").write_text(json.dumps(map_of(properties=properties)))
    with pytest.raises(FileError, match="feature 0: its properties") as caught:
        read_outlines(tmp_path / "map.geojson")
    assert caught.value.code == "E280"


@pytest.mark.parametrize("crs", ["WGS 84", {"properties": "x"}, {"properties": None}, []])
def test_a_reference_system_that_says_nothing_is_as_if_it_were_not_there(tmp_path, crs):
    (tmp_path / "map.geojson").write_text(json.dumps({**map_of(), "crs": crs}))
    assert read_outlines(tmp_path / "map.geojson")[0].attributes == {"name": "a"}
