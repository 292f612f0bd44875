"""Publications that several attacks cite."""

from __future__ import annotations

from imaginome.citations import Citation

YALE_2020 = Citation(
    "yale2020",
    "Yale, Andrew and Dash, Saloni and Dutta, Ritik and Guyon, Isabelle and Pavao, Adrien and "
    "Bennett, Kristin P.",
    "Generation and evaluation of privacy preserving synthetic health data",
    "Neurocomputing",
    2020,
    "10.1016/j.neucom.2019.12.136",
)
SHAO_WU_1989 = Citation(
    "shao1989",
    "Shao, Jun and Wu, C. F. Jeff",
    "A general theory for jackknife variance estimation",
    "Annals of Statistics",
    1989,
    "10.1214/aos/1176347263",
)
CHEN_2020 = Citation(
    "chen2020",
    "Chen, Dingfan and Yu, Ning and Zhang, Yang and Fritz, Mario",
    "GAN-Leaks: a taxonomy of membership inference attacks against generative models",
    "Proceedings of the ACM Conference on Computer and Communications Security",
    2020,
    "10.1145/3372297.3417238",
)
CARLINI_2022 = Citation(
    "carlini2022",
    "Carlini, Nicholas and Chien, Steve and Nasr, Milad and Song, Shuang and Terzis, Andreas "
    "and Tramèr, Florian",
    "Membership inference attacks from first principles",
    "IEEE Symposium on Security and Privacy",
    2022,
    "10.1109/SP46214.2022.9833649",
)
WILSON_1927 = Citation(
    "wilson1927",
    "Wilson, Edwin B.",
    "Probable inference, the law of succession, and statistical inference",
    "Journal of the American Statistical Association",
    1927,
    "10.1080/01621459.1927.10502953",
)
DELONG_1988 = Citation(
    "delong1988",
    "DeLong, Elizabeth R. and DeLong, David M. and Clarke-Pearson, Daniel L.",
    "Comparing the areas under two or more correlated receiver operating characteristic curves: "
    "a nonparametric approach",
    "Biometrics",
    1988,
    "10.2307/2531595",
)
VAN_BREUGEL_2023 = Citation(
    "vanbreugel2023",
    "van Breugel, Boris and Sun, Hao and Qian, Zhaozhi and van der Schaar, Mihaela",
    "Membership inference attacks against synthetic data through overfitting detection",
    "Proceedings of the International Conference on Artificial Intelligence and Statistics",
    2023,
    "10.48550/arXiv.2302.12580",
)
