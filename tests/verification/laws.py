"""The laws that the engine is held against: one entry each, from which the page of `make verify` and the pages of docs/laws are made.

A check names its laws by `@pytest.mark.law("Z2")`. A law without a check says why in `not_asked`. alpha is the rate of kills over that of bites.
"""

# ruff: noqa: E501 - a sentence to a line

from __future__ import annotations

from typing import NamedTuple


class Law(NamedTuple):
    """A law, where it comes from, and what it would mean if the engine broke it."""

    id: str
    name: str
    statement: str
    formula: str
    source: str
    failure: str
    not_asked: str = ""
    """Why no check asks for it, or for a part of it."""


LAWS = (
    Law(
        "M1", "Odds of fights",
        "For each class of pair, kills are alpha times bites on average, whatever the contacts, movement, latency or policy.",
        "E[kills] = α E[bites];  z = Σ(K − αB) / √(Σ α(K + B))",
        "Kills minus alpha bites is a martingale (Doob 1953, Stochastic Processes).",
        "One side of a fight is favoured: clocks are lost at the end of a tick, or events of one tick are taken in a wrong order.",
    ),
    Law(
        "M2", "Latency does not decide", "How a fight ends in a well-mixed crowd does not depend on the delay between bite and turning.",
        "law of bites of SEZR = law of bites of SZR (Z2)", "The embedded chain of bites and kills does not hold time.",
        "The incubating are bitten or killed, or fights stop while somebody is still to turn.",
    ),
    Law(
        "M3", "Scale of time", "All rates times c and all durations over c: the same people, c times as early.",
        "(rates × c, durations ÷ c) ⇒ times ÷ c, same outcomes", "Change of units.",
        "A rate or a duration is rounded, or something is counted by ticks rather than by time.",
    ),
    Law(
        "M4", "Closed doors", "Nobody behind a closed door is infected, and those inside fare the same, to the row, whether anybody is out there.",
        "events inside with others outside = events inside alone", "Luck is keyed by person (Salmon et al. 2011, doi:10.1145/2063384.2063405).",
        "Luck depends on row numbers or counts, or something leaks through the door.",
    ),
    Law(
        "M5", "Everybody is counted once", "States add up to N at each step; each infected has one infector, infected earlier; nobody dies twice.",
        "Σ states = N;  t(infector) ≤ t(infected)", "Conservation.",
        "People are lost or doubled, or the log says what did not happen.",
    ),
    Law(
        "M6", "Orders without effect", "An order that changes nothing leaves the run the same, bit by bit.",
        "history(order without effect) = history(no order)", "Common random numbers (Stout & Goldie 2008, doi:10.1097/EDE.0b013e3181761d44).",
        "Looking at a run changes its luck.",
    ),
    Law(
        "M7", "Product", "Of two towns that nobody joins, both are spared with the product of their probabilities.",
        "P(both) = P(one) P(other)", "Independence.",
        "Two people share a random number, or something passes between places without a way.",
    ),
    Law(
        "M8", "Devices", "Any number of threads, a run alone or among many: the same bytes.",
        "hash(threads = 1) = hash(threads = n)", "Integer sums do not depend on their order.",
        "Two threads write one cell, or a sum of floats decides something.",
        not_asked="graphics cards: where there is one, the tests of kernels compare it with the processor",
    ),
    Law(
        "M9", "Relabelling", "Giving people other ids changes no distribution.",
        "law(outcome | ids) = law(outcome | permuted ids)", "Exchangeability.",
        "An id, a row or the order of a list decides who is infected.",
    ),
    Law(
        "M10", "No kills, no bites", "Without kills the turned never become fewer; without bites nobody is ever bitten.",
        "α = 0 ⇒ kills = 0;  β = 0 ⇒ bites = 0", "By definition.", "A rate of 0 is taken for a small one.",
    ),
    Law(
        "Z1", "SZR in large towns", "In a large town SZR follows its differential equation.",
        "dS/dτ = −SZ/N,  dZ/dτ = (1 − α)SZ/N,  τ = βNt;  S∞ = S₀ − Z₀/(α − 1) if α > 1",
        "Alemi, Bierbaum, Myers & Sethna 2015, doi:10.1103/PhysRevE.92.052801.", "Rates of pairs are wrong in time, if not in their ratio.",
    ),
    Law(
        "Z2", "Who wins", "How many are bitten before the last of the turned falls, in a town of any size.",
        "P(u) = Z₀/(2u + Z₀) C(2u + Z₀, u) pᵘ qᵘ⁺ᶻ⁰,  p = 1/(1 + α)",
        "Ballot theorem; limit αᶻ⁰ of Alemi et al. 2015, doi:10.1103/PhysRevE.92.052801.",
        "Bites and kills do not race each other as two clocks do.",
    ),
    Law(
        "Z3", "The turned at the end", "Given that the turned win, how many of them stand.",
        "embedded chain: E[Z | Z wins] = 83.000, sd 13.416 at α = .6, S₀ = 199", "Solved exactly, one bite or kill at a time.",
        "The right side wins as often as it should, at a wrong price.",
    ),
    Law(
        "Z4", "Bites of one", "In an unlimited crowd one of the turned bites a geometric number of people before falling.",
        "P(k) = (1 − ρ)ᵏ ρ,  ρ = (κS + μ)/(βS + κS + μ)", "Competing exponentials; R₀ = βS/(κS + μ), Alemi et al. 2015.",
        "A threshold is drawn anew at a tick, or natural removal is not one of the competing clocks.",
    ),
    Law(
        "Z5", "Growth of the turned", "In an unlimited crowd the turned grow exponentially.",
        "SZR: r = (β − κ)S;  SEZR: (r + ν)(r + κS) = νβS", "Dominant eigenvalue of the linear mean equations.",
        "The time between bite and turning is cut to ticks, or bites of the newly turned are lost.",
    ),
    Law(
        "Z6", "SZR on the square lattice", "How often one of the turned takes a lattice, and who is left.",
        "P(take-off) .797, .687, .521, .093, 0 at α .2, .3, .4, .48, .6;  R = α(1 − S)",
        "Independent Monte Carlo, 20,000 runs on 400 × 400; compare Alemi et al. 2015.", "Neighbours are wrong, or fights across links are.",
    ),
    Law(
        "Z7", "Strikes", "Strikes every T that kill a share f stop growth at rate r only if f > 1 − exp(−rT).",
        "E[Z after n strikes] = Z₀ (e^{rT}(1 − f))ⁿ", "Mean of a branching process thinned at fixed times (Munz et al. 2009, impulsive eradication).",
        "A strike kills another share than ordered, or time stands still around it.",
    ),
    Law(
        "Z8", "Munz's outbreak", "From one of the turned, when 90, 50, 10 and 1 % of 500 people are left.",
        "t = 1.45901, 2.42556, 3.39898, 4.46206 days at a = .005, b = .0095", "Munz, Hudea, Imad & Smith 2009.",
        "As Z1.",
        not_asked="births, natural deaths and the dead who rise (ζ = δ = 1e-4 per day; they shift these times by less than .01 %), "
        "and so the outbreak without a first case: nobody is born here, and the dead stay dead",
    ),
    Law(
        "Z9", "Fights on a small graph", "Who is left, and how many have turned, on any network of a few people whose links have weights.",
        "in the end of the chain of all 3ᴺ states: S–Z at rate w bites, at αw kills", "Markov chain, solved exactly.",
        "A link weighs what it should not, or fights along two links of one person are not rivals.",
    ),
    Law(
        "Z10", "Strikes of several orders", "Each strike kills its share of whoever is still there, whichever order it is of.",
        "P(killed) = 1 − (1 − f₁)(1 − f₂)", "Independence.",
        "Two orders share luck: whoever outlived one outlives all.",
    ),
    Law(
        "Z11", "Doors under pressure", "A door that takes one T to break takes k who press it T/k, from either side.",
        "t = T/k", "Definition: thresholds of pressing time that several share.",
        "Those who press stop at times, or which place a plan names first decides.",
    ),
    Law(
        "E1", "Final size", "The share ever infected in an outbreak that takes off, and the highest share infectious at once.",
        "z = 1 − (1 − i₀) exp(−R₀z);  peak 1 − (1 + ln R₀)/R₀", "Kermack & McKendrick 1927, doi:10.1098/rspa.1927.0118.",
        "Exposures are lost or counted twice.",
    ),
    Law(
        "E2", "Chance of dying out", "The outbreak of one case dies out with the extinction probability of its branching process.",
        "exponential 1/R₀;  fixed q = exp(−R₀(1 − q));  NB q = (1 + R₀(1 − q)/k)⁻ᵏ",
        "Whittle 1955, doi:10.1093/biomet/42.1-2.116; Lloyd-Smith et al. 2005, doi:10.1038/nature04153.",
        "Periods do not vary as said, or the first case is not like the others.",
    ),
    Law(
        "E3", "Household with a case", "Extra cases in a home with m first cases and n others.",
        "chain binomial, each escapes each infected housemate with 1 − p", "Reed-Frost chain; Lefèvre & Picard 1990, doi:10.2307/1427595.",
        "A pair's hazard is wrong, or depends on the tick.",
    ),
    Law(
        "E4", "Households infected from outside", "Cases in homes whose members are infected from outside and by each other.",
        "mⱼₙ = C(n, j) mⱼⱼ Bⁿ⁻ʲ Q^{j(n−j)}", "Longini & Koopman 1982, doi:10.2307/2530294.", "As E3, or seeding is not independent.",
    ),
    Law(
        "E5", "Small towns, exactly", "The exact law of the final size among N, and its normal limit.",
        "jump chain;  Var/N = z(1 − z)(1 + cv²R₀²(1 − z))/(1 − (1 − z)R₀)²",
        "Bailey 1953, doi:10.1093/biomet/40.1-2.177; von Bahr & Martin-Löf 1980, doi:10.2307/1426420.", "The number infected has a wrong spread.",
    ),
    Law(
        "E6", "Growth and R", "The growth rate of an outbreak follows from R and the law of generation intervals.",
        "R = 1/M(−r), M the moment generating function of the interval", "Wallinga & Lipsitch 2007, doi:10.1098/rspb.2006.3754.",
        "The infectious period lies at a wrong time after infection.",
    ),
    Law(
        "E7", "Generation intervals", "Intervals looked at from the infected are short in growth, those from infectors short near the peak.",
        "forward ∝ e^{−γa} S(t + a);  backward ∝ e^{−γa} i(t − a)",
        "Champredon & Dushoff 2015, doi:10.1098/rspb.2015.2026; Svensson 2007, doi:10.1016/j.mbs.2006.10.010; Kenah et al. 2008.",
        "The log names a wrong infector, or a wrong time.",
    ),
    Law(
        "E8", "Two contacts of one case", "Contacts of one case share its infectious period, so both are infected more often than independence says.",
        "hazard = recovery: P(both) = 1/3;  twice: 8/15;  fixed period: 1/4", "Kenah & Robins 2007, doi:10.1103/PhysRevE.76.036113.",
        "Each contact draws a period of its own.",
    ),
    Law(
        "E9", "Superspreading", "Few infect most: offspring of one case, share due to the top fifth, sizes of chains.",
        "offspring NB(R, k);  P(size j) = Γ(kj + j − 1)/(Γ(kj) j!) (R/k)^{j−1}/(1 + R/k)^{kj+j−1}",
        "Lloyd-Smith et al. 2005, doi:10.1038/nature04153; Blumberg & Lloyd-Smith 2013, doi:10.1371/journal.pcbi.1002993.",
        "Dispersion is ignored, or drawn once for all.",
    ),
    Law(
        "E10", "Random regular network", "The share infected where everybody has four friends and edges pass independently.",
        "1 − u⁴,  u = 1 − T + Tu³;  threshold T = 1/3", "Newman 2002, doi:10.1103/PhysRevE.66.016128.", "Links are lost, doubled or one-way.",
    ),
    Law(
        "E11", "Until the last person", "Time until everybody is bitten when nobody is killed.",
        "mean (2/β) H_{N−1};  variance Σ (N/(βk(N − k)))²", "A sum of exponentials.", "The rate of many against many is wrong.",
    ),
    Law(
        "E12", "What a tick does to growth", "With a coarse tick the final size stays and growth is slower by a known amount.",
        "1 = βdt [A₁/λ + Σ Aₙ/λⁿ],  r = ln λ/dt", "Derived from docs/design.md: what arises inside a tick acts in the next.",
        "What is exerted after turning infectious within a tick is lost, or acts twice.",
    ),
    Law(
        "E13", "Types of people", "R₀, final sizes and extinction where two groups infect each other unequally.",
        "R₀ = spectral radius of K;  zᵢ = 1 − exp(−Σ Kᵢⱼzⱼ);  qⱼ = exp(−Σ Kᵢⱼ(1 − qᵢ))", "Diekmann, Heesterbeek & Britton 2013, chapter 7.",
        "The matrix is transposed, not made reciprocal, or infectiousness by age is taken from the wrong side.",
    ),
    Law(
        "E14", "Vaccines", "All-or-nothing and leaky vaccines of one efficacy leave different numbers infected.",
        "final-size equations of two types; R₀ 3, coverage .5, efficacy .8", "Halloran, Longini & Struchiner 2010, chapter 2.",
        "Susceptibility multiplies something else than the hazard.",
    ),
    Law(
        "E15", "Homes and city", "An outbreak that lives at home and in the city.",
        "q = E[exp(−R_G(1 − q)C)];  z = mean of E4 with B = exp(−R_G z)", "Ball, Mollison & Scalia-Tomba 1997, doi:10.1214/aoap/1034625252.",
        "Time at home and in the city does not add up, or homes mix.",
    ),
    Law(
        "E16", "Reinfection", "How many of a few people are ill, immune and susceptible in time where immunity goes, or never comes.",
        "d p/dt = pQ: SIS i → i + 1 at βi(N − i), i → i − 1 at γi; SIRS alike", "Markov chain, solved exactly; compare Nåsell 1996, doi:10.2307/1428186.",
        "Who becomes susceptible within a tick is exposed too late or too early, to themselves, or on old luck.",
    ),
    Law(
        "E17", "End of an outbreak", "One case and nothing new for T days: how likely it is over.",
        "P = (1 + R/k)⁻ᵏ / (1 + R F(T)/k)⁻ᵏ, F of gamma(15.3, 9.3) days", "Negative binomial, thinned; compare Nishiura et al. 2016, doi:10.3201/eid2201.151383.",
        "Infectiousness over time is not what the states say, or the superspreaders' luck is drawn per tick.",
    ),
    Law(
        "E18", "Small weighted networks", "Who is infected when, on any network of a few people whose links have weights.",
        "the chain of all 3ᴺ states, after a time and in the end", "Markov chain, solved exactly.",
        "A link weighs what it should not, in one direction or both.",
    ),
    Law(
        "E19", "Final size with any period", "How many are infected among a few, whatever the law of periods and of how infectious people are.",
        "Σₖ C(n − k, j − k) Pₖ / φ(n − j)ᵏ⁺¹ = C(n, j),  φ(m) = E[exp(−m β T Z)]", "Ball 1986, doi:10.2307/1427301.",
        "A law of durations is wrong where it matters, or how infectious somebody is is drawn for each contact.",
    ),
    Law(
        "E20", "Two strains in a home", "Who has had which of two strains that keep each other off in part.",
        "the chain of all states of three people, in the end", "Markov chain, solved exactly.",
        "Cross-immunity is taken from the wrong side, or strains are no rivals.",
    ),
    Law(
        "E21", "Protection that goes", "Who escapes a constant hazard behind a vaccine whose protection ends.",
        "leaky E[exp(−λ((1 − e)L + (T − L)⁺))];  all or nothing (1 − e) exp(−λT) + e E[exp(−λ(T − L)⁺)]", "Definition; Halloran, Longini & Struchiner 2010, chapter 2.",
        "Protection ends for all at once, or what was spent behind it is forgotten.",
    ),
    Law(
        "E22", "Relapses", "A course that comes back to a state draws anew: how often, and for how long.",
        "P(k relapses) = 2⁻ᵏ⁻¹", "Definition of a semi-Markov course.",
        "Luck is keyed by state alone, so that who relapsed once relapses for ever.",
    ),
    Law(
        "L1", "Growth of a cluster", "Without kills the turned grow on the lattice as Eden's cluster does.",
        "time/distance on the axis .4352, .4260 at 90, 180 sites;  front 2.46 sites per unit time", "Richardson 1973; Monte Carlo of the same process.",
        "Rates along links are wrong, or neighbours are.",
    ),
    Law(
        "L2", "Epidemic threshold of the lattice", "At the critical rate of SIR on the square lattice cluster sizes follow a power law.",
        "λc = 4.66571;  s^{5/91} P(≥ s) = .8093, .8081, .8074 at s = 100, 1000, 3000", "Tomé & Ziff 2010, doi:10.1103/PhysRevE.82.051921.",
        "As E8 and E10, on a lattice.",
    ),
    Law(
        "L3", "Speed of a wave of the turned", "Walkers who bite as they go spread as a wave.",
        "v = 2√(D(1 − α)), less a term of ln⁻² N", "Fisher 1937; Brunet & Derrida 1997, doi:10.1103/PhysRevE.56.2597.", "",
        not_asked="people stand in places, not at coordinates, and who pursues stays where there is prey instead of walking on while biting, "
        "so that no diffusion goes along with the bites; walks without prey are held by L4 and L7",
    ),
    Law(
        "L4", "Random walk", "Mean steps of one who wanders to a given place of an L × L torus.",
        "L 3: 9;  4: 18.3111;  5: 31.6667;  10: 167.6581", "Kemeny & Snell 1960; spectral formula.", "Ways are not chosen alike, or luck repeats.",
    ),
    Law(
        "L5", "Encounters in the open", "Straight movers meet 2Rρv times per unit time.", "2Rρv_rel;  4v/π at equal speeds", "Hutchinson & Waser 2007, doi:10.1111/j.1469-185X.2007.00014.x.",
        "",
        not_asked="nobody has coordinates within a place, and nobody moves straight over open ground: who is at one place meets by the rate of its mixing (E1, Z2)",
    ),
    Law(
        "L6", "Pursuit in the open", "Who is faster catches up.", "gap/(v − u);  pursuit curve dv/(v² − u²)", "Bouguer 1732; Nahin 2007.",
        "",
        not_asked="who pursues goes from place to place by what is seen and heard, not towards coordinates; hops along ways are held by L4 and L7",
    ),
    Law(
        "L7", "Arrival by diffusion", "When the first of many walkers has come to the far end of a line.",
        "dp/dt = D(pₖ₋₁ − 2pₖ + pₖ₊₁), reflecting;  heat equation in the limit", "Woolley, Baker, Gaffney & Maini 2014, in Mathematical Modelling of Zombies (Smith?, ed.).",
        "Steps are lost at ends of ways or of ticks.",
    ),
    Law(
        "L8", "Sweep and lure in the open", "A path of length vT and width 2R over an area A meets a share of those there.",
        "1 − exp(−2RvT/A)", "Poisson field.", "",
        not_asked="nothing sweeps open ground by a path: teams go place by place, and each person there is found with a given chance (asked under Z7 for strikes)",
    ),
    Law(
        "R1", "Isolation and tracing", "How many people one case infects where cases are kept apart and contacts whom they name are found, late and in part.",
        "R of generations 1 and 2 by coverage × delay = that of the branching process", "Independent simulation; compare Fraser et al. 2004, doi:10.1073/pnas.0307506101, and Kretzschmar et al. 2020, doi:10.1016/S2468-2667(20)30157-2.",
        "Contacts are found too early or too late, too many or too few, or who is kept apart still infects.",
    ),
    Law(
        "R2", "Rings", "Vaccinating everybody within r links of known cases is percolation with removal.",
        "law of clusters, doses: r = 0, 1, 2 on a lattice;  p = 1 − exp(−λT)", "Independent simulation of the process.",
        "Rings are a link too wide or too narrow, come too early or too late, or a perfect vaccine leaks.",
    ),
    Law(
        "R3", "The best width of a ring", "A ring has a width at which least is lost (infected, or removed by it), which grows with R₀ and with the kernel's width.",
        "min over w of infected(w) + removed(w);  K(d) = exp(−d/a)", "Tildesley et al. 2009, doi:10.1098/rspb.2009.0427 (shape); losses by an independent simulation.",
        "Distances are wrong, or links weigh what they should not.",
    ),
    Law(
        "R4", "Delay beats width", "No width of the rings makes up for hearing of cases a day later.",
        "min over w of loss(w, delay) rises with the delay", "Yoon et al. 2006, doi:10.1016/j.prevetmed.2005.12.002 (Korea 2002, shape); losses by an independent simulation.",
        "Authorities hear at another time than they should.",
    ),
    Law(
        "R5", "A constant capacity has a tipping point", "With so many courses a day the same outbreak is contained from few and escapes from many; where treatment grows with the cases it does not.",
        "P(escape ∣ first ones) by a queue of c a day, and without one", "Wang 2006, doi:10.1016/j.mbs.2005.12.022 (shape); shares and sizes by an independent simulation.",
        "Means are not finite, are saved up, or serve in another order than that of coming.",
    ),
    Law(
        "R6", "Carriers outlast any waiting", "Where some carry it for good without showing it, letting people go after a time ends no outbreak, however long the time; a test does.",
        "kept after n tests: carriers sⁿ, others (1 − f)ⁿ;  by time: nobody", "Definition of sensitivity s and specificity f; subcritical branching.",
        "People leave before their result, or the positive go.",
    ),
    Law(
        "R7", "A cordon can cost more", "Closing a place of high risk lowers cases outside, and raises the total where those outside live at low risk.",
        "zᵢ = 1 − (1 − i₀) exp(−Σ Kᵢⱼzⱼ), with and without the time spent in the other town", "Espinoza, Castillo-Chavez & Perrings 2020, doi:10.1371/journal.pone.0235731 (shape); final-size equations.",
        "Who is kept at home is counted elsewhere, or two towns meet through a closed door.",
    ),
    Law(
        "R8", "What is known of an outbreak that grows is short", "Incubation periods known so far are too short while an outbreak grows; only an estimate that corrects for it holds the truth.",
        "share of intervals of 95 % that hold the mean, doubling in 10, 5, 3 days: 25-42, 0-4, 0-1 % without correction, 92-98 % with", "Park et al. 2024, doi:10.1101/2024.01.12.24301247; simulation of the front.",
        "Authorities let people go too early.",
    ),
    Law(
        "R9", "What each measure does to a few", "Isolation, tracing, tests, reduced contacts, vaccination, treatment, beds and closing do what they say to those who are meant, and to nobody else.",
        "exact, or escapes exp(−λT × what is left)", "Definition of each measure.",
        "A sign is turned round, a delay or a share is not kept, or others than those meant are reached.",
    ),
)  # fmt: skip
"""All laws, in the order of the pages."""

BY_ID = {law.id: law for law in LAWS}
