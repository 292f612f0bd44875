"""Differential privacy: what is promised, how it is accounted for, and fits that keep it."""

from imaginome.citations import cite

CITATIONS = cite(
    dwork2006="differential privacy: what one person changes is drowned in noise",
    bun2016="releases with normal noise add up without waste: rho of each, summed",
    canonne2020="whole-numbered noise for counts, with the guarantee of the normal distribution",
    mironov2012="why noise that a guarantee rests on is no rounded real number",
    andrew2021="the clipping bound is a quantile of lengths, found inside the budget",
    henderson1975="groups lean to their common mean by what is known of noise and differences",
    kiefer1956="the distribution of true values from noisy ones, without assuming its shape",
)
