"""What the paper publishes of RegNetX across complexities."""

from designspace.naming import paper


def test_its_networks_go_from_200_mf_to_32_gf_with_the_depths_of_its_table():
    """arXiv 2003.13678, table of RegNetX: depth of each, by its flops."""
    depths = paper.across("flops", "depth")
    assert [depth for _, depth in depths] == [13, 22, 16, 16, 18, 25, 23, 17, 23, 19, 22, 23]
    assert [round(flops / 1e8) for flops, _ in depths][:4] == [2, 4, 6, 8]
    assert round(depths[-1][0] / 1e9) == 32


def test_a_column_that_it_does_not_publish_has_no_values():
    assert paper.across("flops", "latency") == []
