"""Publications on attacks with the model, and on guarantees tested by attack."""

from __future__ import annotations

from imaginome.citations import Citation

# -- Publications that several attacks cite --------------------------------------------------------


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


# -- Publications on attacks with the model, and on guarantees tested by attack --------------------


YEOM_2018 = Citation(
    "yeom2018",
    "Yeom, Samuel and Giacomelli, Irene and Fredrikson, Matt and Jha, Somesh",
    "Privacy risk in machine learning: analyzing the connection to overfitting",
    "IEEE Computer Security Foundations Symposium",
    2018,
    "10.1109/CSF.2018.00027",
)
HAYES_2019 = Citation(
    "hayes2019",
    "Hayes, Jamie and Melis, Luca and Danezis, George and De Cristofaro, Emiliano",
    "LOGAN: membership inference attacks against generative models",
    "Proceedings on Privacy Enhancing Technologies",
    2019,
    "10.2478/popets-2019-0008",
)
HILPRECHT_2019 = Citation(
    "hilprecht2019",
    "Hilprecht, Benjamin and Härterich, Martin and Bernau, Daniel",
    "Monte Carlo and reconstruction membership inference attacks against generative models",
    "Proceedings on Privacy Enhancing Technologies",
    2019,
    "10.2478/popets-2019-0067",
)
STEINKE_2023 = Citation(
    "steinke2023",
    "Steinke, Thomas and Nasr, Milad and Jagielski, Matthew",
    "Privacy auditing with one (1) training run",
    "Advances in Neural Information Processing Systems 36",
    2023,
    "10.48550/arXiv.2305.08846",
)
NASR_2023 = Citation(
    "nasr2023",
    "Nasr, Milad and Hayes, Jamie and Steinke, Thomas and Balle, Borja and Tramèr, Florian and "
    "Jagielski, Matthew and Carlini, Nicholas and Terzis, Andreas",
    "Tight auditing of differentially private machine learning",
    "USENIX Security Symposium",
    2023,
    "10.48550/arXiv.2302.07956",
)
DONG_2022 = Citation(
    "dong2022",
    "Dong, Jinshuo and Roth, Aaron and Su, Weijie J.",
    "Gaussian differential privacy",
    "Journal of the Royal Statistical Society: Series B",
    2022,
    "10.1111/rssb.12454",
)
CLOPPER_PEARSON_1934 = Citation(
    "clopper1934",
    "Clopper, C. J. and Pearson, E. S.",
    "The use of confidence or fiducial limits illustrated in the case of the binomial",
    "Biometrika",
    1934,
    "10.1093/biomet/26.4.404",
)
CARLINI_2021 = Citation(
    "carlini2021",
    "Carlini, Nicholas and Tramèr, Florian and Wallace, Eric and Jagielski, Matthew and "
    "Herbert-Voss, Ariel and Lee, Katherine and Roberts, Adam and Brown, Tom and Song, Dawn and "
    "Erlingsson, Úlfar and Oprea, Alina and Raffel, Colin",
    "Extracting training data from large language models",
    "USENIX Security Symposium",
    2021,
    "10.48550/arXiv.2012.07805",
)
