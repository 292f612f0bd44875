"""Publications on attacks with the model, and on guarantees tested by attack."""

from __future__ import annotations

from imaginome.citations import Citation

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
