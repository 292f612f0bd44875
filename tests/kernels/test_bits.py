import numpy as np
import pytest

from imaginome.kernels.bits import (
    band_counts,
    block_counts,
    pack,
    pack_sites,
    pair_counts,
    triple_counts,
)


@pytest.fixture(params=[(2, 1), (7, 5), (64, 9), (65, 30), (130, 12)])
def haplotypes(request):
    rng = np.random.default_rng(request.param[0])
    return rng.integers(0, 2, request.param, dtype=np.uint8)


def test_block_counts_are_inner_products(haplotypes):
    expected = haplotypes.astype(int) @ haplotypes.T.astype(int)
    bits = pack(haplotypes)
    np.testing.assert_array_equal(block_counts(bits, bits), expected)


def test_pack_sites_is_pack_of_the_transpose(haplotypes):
    np.testing.assert_array_equal(pack_sites(haplotypes), pack(np.ascontiguousarray(haplotypes.T)))


def test_band_counts_follow_the_definition(haplotypes):
    m = haplotypes.shape[1]
    found = band_counts(pack_sites(haplotypes), 0, m, 4)
    for j in range(m):
        for d in range(4):
            k = j + 1 + d
            expected = int((haplotypes[:, j] & haplotypes[:, k]).sum()) if k < m else -1
            assert found[j, d] == expected


def test_band_of_a_piece_is_a_piece_of_the_band(haplotypes):
    m = haplotypes.shape[1]
    bits = pack_sites(haplotypes)
    whole = band_counts(bits, 0, m, 3)
    np.testing.assert_array_equal(band_counts(bits, m // 2, m, 3), whole[m // 2 :])


def test_pairs_and_triplets_follow_the_definition(haplotypes):
    m = haplotypes.shape[1]
    rng = np.random.default_rng(1)
    triplets = rng.integers(0, m, (20, 3))
    a, b, c = triplets.T
    bits = pack_sites(haplotypes)
    both = (haplotypes[:, a] & haplotypes[:, b]).sum(axis=0)
    np.testing.assert_array_equal(pair_counts(bits, a, b), both)
    three = (haplotypes[:, a] & haplotypes[:, b] & haplotypes[:, c]).sum(axis=0)
    np.testing.assert_array_equal(triple_counts(bits, triplets), three)
