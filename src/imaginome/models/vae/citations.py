"""Where the ideas of the auto-encoder come from."""

from __future__ import annotations

from imaginome.citations import Citation
from imaginome.dp.accounting import BUN_STEINKE_2016
from imaginome.dp.noise import CANONNE_2020

CITATIONS = (
    Citation(
        "kingma2014",
        "Kingma, Diederik P. and Welling, Max",
        "Auto-encoding variational Bayes",
        "International Conference on Learning Representations",
        2014,
        "10.48550/arXiv.1312.6114",
        "the model, its bound and how to climb it",
    ),
    Citation(
        "yelmen2023",
        "Yelmen, Burak and Decelle, Aurélien and Boulos, Leila Lea and Szatkownik, Antoine and "
        "Furtlehner, Cyril and Charpiat, Guillaume and Jay, Flora",
        "Deep convolutional and conditional neural networks for large-scale genomic data "
        "generation",
        "PLOS Computational Biology",
        2023,
        "10.1371/journal.pcbi.1011584",
        "a variational auto-encoder of genomes",
    ),
    Citation(
        "jiang2017",
        "Jiang, Zhuxi and Zheng, Yin and Tan, Huachun and Tang, Bangsheng and Zhou, Hanning",
        "Variational deep embedding: an unsupervised and generative approach to clustering",
        "International Joint Conference on Artificial Intelligence",
        2017,
        "10.24963/ijcai.2017/273",
        "a prior that mixes normal distributions, learnt with the network",
    ),
    Citation(
        "burda2016",
        "Burda, Yuri and Grosse, Roger and Salakhutdinov, Ruslan",
        "Importance weighted autoencoders",
        "International Conference on Learning Representations",
        2016,
        "10.48550/arXiv.1509.00519",
        "the bound that stands for the likelihood",
    ),
    Citation(
        "hinton1995",
        "Hinton, Geoffrey E. and Dayan, Peter and Frey, Brendan J. and Neal, Radford M.",
        'The "wake-sleep" algorithm for unsupervised neural networks',
        "Science",
        1995,
        "10.1126/science.7761831",
        "an encoder that learns from what the decoder dreams: it costs no privacy",
    ),
    Citation(
        "abadi2016",
        "Abadi, Martin and Chu, Andy and Goodfellow, Ian and McMahan, H. Brendan and Mironov, "
        "Ilya and Talwar, Kunal and Zhang, Li",
        "Deep learning with differential privacy",
        "ACM Conference on Computer and Communications Security",
        2016,
        "10.1145/2976749.2978318",
        "gradients of single people, clipped, summed and drowned in noise",
    ),
    Citation(
        "li2022",
        "Li, Xuechen and Tramèr, Florian and Liang, Percy and Hashimoto, Tatsunori",
        "Large language models can be strong differentially private learners",
        "International Conference on Learning Representations",
        2022,
        "10.48550/arXiv.2110.05679",
        "lengths of gradients that are never held one by one (ghost clipping)",
    ),
    Citation(
        "mironov2019",
        "Mironov, Ilya and Talwar, Kunal and Zhang, Li",
        "Rényi differential privacy of the sampled Gaussian mechanism",
        "arXiv",
        2019,
        "10.48550/arXiv.1908.10530",
        "what many steps on random parts of the people add up to",
    ),
    Citation(
        "yousefpour2021",
        "Yousefpour, Ashkan and Shilov, Igor and Sablayrolles, Alexandre and Testuggine, Davide "
        "and Prasad, Karthik and Malek, Mani and Nguyen, John and Ghosh, Sayan and Bharadwaj, "
        "Akash and Zhao, Jessica and Cormode, Graham and Mironov, Ilya",
        "Opacus: user-friendly differential privacy library in PyTorch",
        "arXiv",
        2021,
        "10.48550/arXiv.2109.12298",
        "the lengths of gradients, and the accountant",
    ),
    Citation(
        "holohan2021",
        "Holohan, Naoise and Braghin, Stefano",
        "Secure random sampling in differential privacy",
        "European Symposium on Research in Computer Security",
        2021,
        "10.48550/arXiv.2107.10138",
        "noise whose floating-point digits tell nothing",
    ),
    BUN_STEINKE_2016.because("adds up what the noisy frequencies of a private fit spend"),
    CANONNE_2020.because("gives the noise of these frequencies"),
)
