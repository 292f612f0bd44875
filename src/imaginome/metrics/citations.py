"""Where the measures come from."""

from __future__ import annotations

from imaginome.citations import Citation

EFRON_1979 = Citation(
    "efron1979",
    "Efron, Bradley",
    "Bootstrap methods: another look at the jackknife",
    "The Annals of Statistics",
    1979,
    "10.1214/aos/1176344552",
    "intervals by resampling individuals",
)
HILL_ROBERTSON_1968 = Citation(
    "hill1968",
    "Hill, William G. and Robertson, Alan",
    "Linkage disequilibrium in finite populations",
    "Theoretical and Applied Genetics",
    1968,
    "10.1007/BF01245622",
    "r2 as the measure of linkage disequilibrium",
)
LIN_1991 = Citation(
    "lin1991",
    "Lin, Jianhua",
    "Divergence measures based on the Shannon entropy",
    "IEEE Transactions on Information Theory",
    1991,
    "10.1109/18.61115",
    "the divergence between frequency spectra",
)
PATTERSON_2006 = Citation(
    "patterson2006",
    "Patterson, Nick and Price, Alkes L. and Reich, David",
    "Population structure and eigenanalysis",
    "PLOS Genetics",
    2006,
    "10.1371/journal.pgen.0020190",
    "principal components as a picture of population structure",
)
PRIVE_2020 = Citation(
    "prive2020",
    "Privé, Florian and Luu, Keurcien and Blum, Michael G. B. and McGrath, John J. and "
    "Vilhjálmsson, Bjarni J.",
    "Efficient toolkit implementing best practices for principal component analysis of genetic "
    "data",
    "Bioinformatics",
    2020,
    "10.1093/bioinformatics/btaa520",
    "scores of people whom the axes were fitted on are inflated against projected ones",
)
BONNEEL_2015 = Citation(
    "bonneel2015",
    "Bonneel, Nicolas and Rabin, Julien and Peyré, Gabriel and Pfister, Hanspeter",
    "Sliced and Radon Wasserstein barycenters of measures",
    "Journal of Mathematical Imaging and Vision",
    2015,
    "10.1007/s10851-014-0506-3",
    "the sliced Wasserstein distance",
)
BHATIA_2013 = Citation(
    "bhatia2013",
    "Bhatia, Gaurav and Patterson, Nick and Sankararaman, Sriram and Price, Alkes L.",
    "Estimating and interpreting FST: the impact of rare variants",
    "Genome Research",
    2013,
    "10.1101/gr.154831.113",
    "Hudson's estimator of F_ST as a ratio of averages",
)
TANG_2005 = Citation(
    "tang2005",
    "Tang, Hua and Peng, Jie and Wang, Pei and Risch, Neil J.",
    "Estimation of individual admixture: analytical and study design considerations",
    "Genetic Epidemiology",
    2005,
    "10.1002/gepi.20064",
    "ancestry proportions by maximum likelihood, fitted by EM",
)
ALEXANDER_2009 = Citation(
    "alexander2009",
    "Alexander, David H. and Novembre, John and Lange, Kenneth",
    "Fast model-based estimation of ancestry in unrelated individuals",
    "Genome Research",
    2009,
    "10.1101/gr.094052.109",
    "the likelihood of ancestry proportions",
)
VARADHAN_2008 = Citation(
    "varadhan2008",
    "Varadhan, Ravi and Roland, Christophe",
    "Simple and globally convergent methods for accelerating the convergence of any EM algorithm",
    "Scandinavian Journal of Statistics",
    2008,
    "10.1111/j.1467-9469.2007.00585.x",
    "extrapolation of the EM algorithm",
)
NEI_LI_1979 = Citation(
    "nei1979",
    "Nei, Masatoshi and Li, Wen-Hsiung",
    "Mathematical model for studying genetic variation in terms of restriction endonucleases",
    "Proceedings of the National Academy of Sciences",
    1979,
    "10.1073/pnas.76.10.5269",
    "differences between pairs of haplotypes",
)
SHANNON_1948 = Citation(
    "shannon1948",
    "Shannon, Claude E.",
    "A mathematical theory of communication",
    "Bell System Technical Journal",
    1948,
    "10.1002/j.1538-7305.1948.tb01338.x",
    "the entropy of haplotypes in a window",
)
HARRIS_NIELSEN_2013 = Citation(
    "harris2013",
    "Harris, Kelley and Nielsen, Rasmus",
    "Inferring demographic history from a spectrum of shared haplotype lengths",
    "PLOS Genetics",
    2013,
    "10.1371/journal.pgen.1003521",
    "lengths of identical-by-state runs as a summary of a population",
)
LOPEZ_PAZ_2017 = Citation(
    "lopezpaz2017",
    "Lopez-Paz, David and Oquab, Maxime",
    "Revisiting classifier two-sample tests",
    "International Conference on Learning Representations",
    2017,
    "10.48550/arXiv.1610.06545",
    "a classifier's held-out success as a measure of the difference of two samples",
)
GEURTS_2006 = Citation(
    "geurts2006",
    "Geurts, Pierre and Ernst, Damien and Wehenkel, Louis",
    "Extremely randomized trees",
    "Machine Learning",
    2006,
    "10.1007/s10994-006-6226-1",
    "the classifier by trees",
)
KINGMA_BA_2015 = Citation(
    "kingma2015",
    "Kingma, Diederik P. and Ba, Jimmy",
    "Adam: a method for stochastic optimization",
    "International Conference on Learning Representations",
    2015,
    "10.48550/arXiv.1412.6980",
    "the optimiser of the neural network",
)
BROWNING_2018 = Citation(
    "browning2018",
    "Browning, Brian L. and Zhou, Ying and Browning, Sharon R.",
    "A one-penny imputed genome from next-generation reference panels",
    "American Journal of Human Genetics",
    2018,
    "10.1016/j.ajhg.2018.07.015",
    "the imputation program (Beagle 5), and r2 of all genotypes of a frequency bin",
)
PRICE_2006 = Citation(
    "price2006",
    "Price, Alkes L. and Patterson, Nick J. and Plenge, Robert M. and Weinblatt, Michael E. and "
    "Shadick, Nancy A. and Reich, David",
    "Principal components analysis corrects for stratification in genome-wide association studies",
    "Nature Genetics",
    2006,
    "10.1038/ng1847",
    "principal components as covariates of association",
)
LOVELL_1963 = Citation(
    "lovell1963",
    "Lovell, Michael C.",
    "Seasonal adjustment of economic time series and multiple regression analysis",
    "Journal of the American Statistical Association",
    1963,
    "10.1080/01621459.1963.10480682",
    "regression on one variable after projecting the others out",
)
DEVLIN_ROEDER_1999 = Citation(
    "devlin1999",
    "Devlin, Bernie and Roeder, Kathryn",
    "Genomic control for association studies",
    "Biometrics",
    1999,
    "10.1111/j.0006-341X.1999.00997.x",
    "the inflation of association statistics by structure",
)
ESTEBAN_2017 = Citation(
    "esteban2017",
    "Esteban, Cristóbal and Hyland, Stephanie L. and Rätsch, Gunnar",
    "Real-valued (medical) time series generation with recurrent conditional GANs",
    "arXiv",
    2017,
    "10.48550/arXiv.1706.02633",
    "train on synthetic, test on real",
)
COX_1958 = Citation(
    "cox1958",
    "Cox, David R.",
    "The regression analysis of binary sequences",
    "Journal of the Royal Statistical Society, Series B",
    1958,
    "10.1111/j.2517-6161.1958.tb00292.x",
    "logistic regression",
)
BRODERSEN_2010 = Citation(
    "brodersen2010",
    "Brodersen, Kay Henning and Ong, Cheng Soon and Stephan, Klaas Enno and Buhmann, Joachim M.",
    "The balanced accuracy and its posterior distribution",
    "International Conference on Pattern Recognition",
    2010,
    "10.1109/ICPR.2010.764",
    "the mean over classes of the share told rightly",
)
HALDANE_1956 = Citation(
    "haldane1956",
    "Haldane, J. B. S.",
    "The estimation and significance of the logarithm of a ratio of frequencies",
    "Annals of Human Genetics",
    1956,
    "10.1111/j.1469-1809.1955.tb01285.x",
    "half an allele more in each cell, where odds would be infinite",
)
MANTEL_HAENSZEL_1959 = Citation(
    "mantel1959",
    "Mantel, Nathan and Haenszel, William",
    "Statistical aspects of the analysis of data from retrospective studies of disease",
    "Journal of the National Cancer Institute",
    1959,
    "10.1093/jnci/22.4.719",
    "the odds ratio within strata",
)
VOIGHT_2006 = Citation(
    "voight2006",
    "Voight, Benjamin F. and Kudaravalli, Sridhar and Wen, Xiaoquan and Pritchard, Jonathan K.",
    "A map of recent positive selection in the human genome",
    "PLOS Biology",
    2006,
    "10.1371/journal.pbio.0040072",
    "the integrated haplotype score (iHS)",
)
SABETI_2007 = Citation(
    "sabeti2007",
    "Sabeti, Pardis C. and Varilly, Patrick and Fry, Ben and Lohmueller, Jason and others",
    "Genome-wide detection and characterization of positive selection in human populations",
    "Nature",
    2007,
    "10.1038/nature06250",
    "extended haplotype homozygosity across populations (XP-EHH)",
)
YI_2010 = Citation(
    "yi2010",
    "Yi, Xin and Liang, Yu and Huerta-Sanchez, Emilia and Jin, Xin and others",
    "Sequencing of 50 human exomes reveals adaptation to high altitude",
    "Science",
    2010,
    "10.1126/science.1190371",
    "the population branch statistic (PBS)",
)
KUNSCH_1989 = Citation(
    "kunsch1989",
    "Künsch, Hans R.",
    "The jackknife and the bootstrap for general stationary observations",
    "The Annals of Statistics",
    1989,
    "10.1214/aos/1176347265",
    "resampling blocks of neighbouring sites",
)
