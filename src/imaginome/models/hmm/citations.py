"""Where the methods of the cluster chain come from."""

from __future__ import annotations

from imaginome.citations import LI_STEPHENS_2003, MADOW_1944, Citation

SCHEET_STEPHENS_2006 = Citation(
    "scheet2006",
    "Scheet, Paul and Stephens, Matthew",
    "A fast and flexible statistical model for large-scale population genotype data: "
    "applications to inferring missing genotypes and haplotypic phase",
    "American Journal of Human Genetics",
    2006,
    "10.1086/502802",
    "haplotype clusters along a chromosome, fitted by expectation-maximisation",
)
RABINER_1989 = Citation(
    "rabiner1989",
    "Rabiner, Lawrence R.",
    "A tutorial on hidden Markov models and selected applications in speech recognition",
    "Proceedings of the IEEE",
    1989,
    "10.1109/5.18626",
    "scaled forward-backward recursions and re-estimation of full transition matrices",
)
HUNTER_2004 = Citation(
    "hunter2004",
    "Hunter, David R.",
    "MM algorithms for generalized Bradley-Terry models",
    "The Annals of Statistics",
    2004,
    "10.1214/aos/1079120141",
    "the M-step of transitions that classes tilt",
)
CARTER_KOHN_1994 = Citation(
    "carter1994",
    "Carter, C. K. and Kohn, R.",
    "On Gibbs sampling for state space models",
    "Biometrika",
    1994,
    "10.1093/biomet/81.3.541",
    "draws whole paths given what is observed, backward through filtered states",
)


DEMING_STEPHAN_1940 = Citation(
    "deming1940",
    "Deming, W. Edwards and Stephan, Frederick F.",
    "On a least squares adjustment of a sampled frequency table when the expected marginal totals "
    "are known",
    "The Annals of Mathematical Statistics",
    1940,
    "10.1214/aoms/1177731829",
    "transitions scaled until every population keeps its shares of clusters",
)
HAMILTON_1989 = Citation(
    "hamilton1989",
    "Hamilton, James D.",
    "A new approach to the economic analysis of nonstationary time series and the business cycle",
    "Econometrica",
    1989,
    "10.2307/1912559",
    "a hidden chain whose emissions depend on what was observed before as well",
)
HMM_CITATIONS = (
    SCHEET_STEPHENS_2006,
    LI_STEPHENS_2003,
    RABINER_1989,
    HUNTER_2004,
    CARTER_KOHN_1994,
    DEMING_STEPHAN_1940,
    HAMILTON_1989,
    MADOW_1944.because("haplotypes drawn together, so that counts stay close to what is expected"),
)
