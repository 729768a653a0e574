"""Words that hospitals, pharmacies and lists of products write beside a drug's name.

One word or phrase between commas, without accents, as `normalized` makes it. None is a drug's, and
none makes another drug of one: `mix`, `plus`, `PM`, `HCT`, `gum` and `oil` are not among them.
"""


def _listed(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))


DOSE_FORMS = _listed(
    """
    aero, appl, applic, applicator, applicators, capl, chew, chew tab, chewables, chewing gum,
    concentrate, creme, crm, dpi, dps, drp, drps, drug implant, ear dps, emulsion, enem, eye
    dps, eyedps, flush, gargle, gas, gelcap, gelcaps, gran, grans, gtt, inf, infusion, inh,
    inha, inhal, inhalant, inhalant product, inhalations, inhalator, injectable product,
    intrauterine system, irrigation, jel, linct, linctus, liniment, liq, lot, loz, lozg,
    lyophilisate, lyophilizate, mdi, medicated bar, medicated bar soap, medicated liquid soap,
    medicated pad, medicated patch, medicated shampoo, melt, metered dose, mouthwash, mthwsh,
    nasal product, nasal spy, neb, neb soln, nebs, nebuliser, nebulizer, nsl dps, nsl spy, oint,
    ophthalmic product, oral lyophilisate, oral product, oral strip, paint, paste, pdr, pess,
    pill, pills, powd, ptch, puff, puffs, pwdr, rinse, sach, sachs, softgel, softgels, sol,
    spansule, spansules, sprays, sprinkle, sprinkles, spry, spy, supp, suppos, susp, syr,
    system, tab chew, tbec, toothpaste, topical oil, topical product, topical stick, transdermal
    system, vag gel, wash
    """
)
"""Dose forms that are abbreviated, or that no label's name of a drug has."""

RELEASES = _listed(
    """
    @gn, abuse-deterrent, adh, aq, aqueous, augmented, b/a, breath-actuated, cfc free, cfc-free,
    cff, ch'ble, chble, controlled, controlled release, controlled-delivery, controlled-release,
    d/p, delayed-release oral, dental, diluted, disintegrating, disp, disper, dissolving, dry,
    dual release, e/c, eff, f/c, frozen, g/r, hfa, intrauterine, ir, lyophilized, m/r, medicated,
    mucosal, mucous membrane, nsl, once-daily, opht, ophth, ophthal, oral disintegrating, orodisp,
    orodisper, orodispersible, oromuc, oromucosal, osmotic, osmotic release, p/f, pf, premix,
    premixed, preservative free, preservative-free, rapid dissolve, s/f, s/ling, s/r, scored, sf,
    spec, special, ster, sterile, subling, sugar free, sugar-free, sust rel, t/derm, tr/p,
    unscented, vag, w/v, w/w
    """
)
"""How a dose form lets go of the drug, what it is free of, and for which part of the body it is."""

CONTAINERS = _listed(
    """
    accuhaler, add-vantage, amp, ampoule, ampoules, amps, ampul, ampule, ampules,
    auto-injector, autohaler, autoinjector, bag, bags, bottle, bottles, btl, carpuject, cart,
    cartridge, cartridges, clickhaler, cup, cups, dev, device, dil, diluent, diskus, duplex,
    easyhaler, ellipta, evohaler, flexpen, flextouch, frozen bag, handihaler, injector, jar,
    kwikpen, minibag, nexthaler, novolizer, packet, packets, pca, pen, pen injector, penfill, pens,
    pf pen, pf syr, pf syringe, pfs, piggyback, pouch, prefill pen, pump, respimat, sachet, sachets,
    solostar, syringe, syringes, tube, tubes, turbohaler, turbuhaler, ud, ud cup, udcup, unit dose,
    vial, vials, vl, vls
    """
)
"""What a dose form is filled into, or given by."""

ROUTES = _listed(
    """
    both ears, both eyes, by mouth, each eye, each nostril, ett, g tube, g-tube, gt, id, ih, ij, im,
    im/iv, inh, intra-articular, intradermal, intramuscular, intramuscularly, intraocular,
    intraperitoneal, intravenous, intravenously, intravesical, intravitreal, ip, it, iv, iv bolus,
    iv drip, iv infusion, iv piggyback, iv push, iv/im, ivp, ivpb, j tube, j-tube, jt, left ear,
    left eye, neb, ng, ng/og, ng/po, nu, og, os, ou, peg tube, per ng, per rectum,
    per tube, po, po or ng, po/iv, po/ng, pr, pv, right ear, right eye, sc, sl, sq, subcut,
    subcutaneous, subcutaneously, subq, td, top, tp, vg, via tube
    """
)
"""How a dose is given; `OD` is the right eye or once a day, and so none."""

FREQUENCIES = _listed(
    """
    ac, ac and hs, achs, as directed, as needed, asdir, at bedtime, at night, bd, bedtime, bid,
    bid ac, continuous, continuously, daily, each morning, every day, every evening, every morning,
    every night, every other day, every other week, four times a day, four times daily, hourly, hs,
    in the evening, in the morning, mane, monthly, nightly, nocte, now, on call, once, once a day,
    once daily, once weekly, one time, one time only, pc, per protocol, prn, q week, qac,
    qachs, qam, qd, qd prn, qday, qds, qhs, qid, qmonth, qod, qpm, qshift, qw, qweek, qwk, stat,
    tds, three times a day, three times daily, tid, tid ac, tid w/meals, tiw, twice a day,
    twice daily, two times a day, two times daily, w/meals, weekly, with meals, x1
    """
)
"""How often, and when, a dose is given."""

STRENGTHS = _listed(
    """
    double strength, ds, extra strength, extra-strength, full strength, half strength, max strength,
    maximum strength, regular strength, single strength, ss
    """
)
"""Strengths in words."""

MANUFACTURERS = _listed(
    """
    accord, accord healthcare, actavis, actavis france, aguettant, almus, almus france, alter,
    apotex, arrow, arrow generiques, arrow lab, aurobindo, bgr, biogaran, biogaran conseil,
    bluefish, cristers, cristers pharma, ebewe, eg, eg labo, ethypharm, evolugen, fresenius kabi,
    generics uk, glenmark, hcs, hospira, intas, isomed, kabi, krka, lavoisier, lupin, medac,
    medipha sante, mylan, mylan pharma, panpharma, pfizer, phr lab, qualimed, ranbaxy, ratiopharm,
    renaudin, rpg, sandoz, sandoz ltd, stragen, substipharm, sun, sun pharma, teva, teva pharma,
    teva sante, teva uk, torrent, viatris, winthrop, wockhardt, zentiva, zentiva k.s, zentiva lab,
    zydus, zydus france
    """
)
"""Who makes generics and calls them by their ingredient and its own name."""

FRENCH_FORMS = _listed(
    """
    a croquer, a diluer, a liberation modifiee, a liberation prolongee, a macher, a sucer, ampoule,
    ampoule buvable, ampoules, application cutanee, au gout, auriculaire, auriculaires,
    bain de bouche, buccale, buvable, buvables, capsule, capsule molle, capsules molles, cartouche,
    collutoire, collyre, collyre en solution, compresse, comprime, comprimes, creme, cutanee,
    dispersible, dispersibles, dispositif, dispositif transdermique,
    edulcoree a l'acesulfame potassique, edulcoree a l'aspartam, effervescent, effervescents,
    emulsion, emulsion fluide, emulsion injectable, en ampoule, en flacon, en gouttes,
    en recipient unidose, en sachet, en sachet-dose, en seringue preremplie, en solution,
    en stylo prerempli, enrobe, enrobes, externe, film orodispersible, fiole, flacon,
    flacon pressurise, fluide, gastro-resistant, gastro-resistante, gastro-resistants,
    gastroresistant, gel, gelule, gelules, gingivale, gomme, gomme a macher, gouttes, granule,
    granules, granules et solvant, inhalation, injectable, lavement, liquide, lyophilisat,
    lyophilisat oral, medicamenteuse, medicamenteux, microgranules, molle, molles, mousse, nasale,
    nebuliseur, oculaire, ophtalmique, orale, orale en sachet, orodispersible, ovule, ovules,
    par nebuliseur, parenteral, pastille, pate, pellicule, pellicules, perfusion, pommade,
    pommade ophtalmique, poudre, poudre orale, pour application, pour inhalation,
    pour inhalation par nebuliseur, pour perfusion, pour pulverisation nasale, pour solution,
    pour suspension, pour usage externe, pour usage local, pour usage parenteral, prerempli,
    preremplie, pressurise, pulverisation, pulverisation nasale, quadrisecable, recipient unidose,
    rectale, sachet, sachet-dose, sans sucre, secable, secables, seringue, seringues, shampooing,
    sirop, solution, solution buvable, solution injectable, solvant, stylo, sublingual, sublinguale,
    suppositoire, suppositoires, suspension, systeme de diffusion, transdermique, transdermiques,
    unidose, usage, vaginal, vaginale, vaginales, vernis a ongles
    """
)
"""Dose forms in French, as ANSM's list has them."""

OF_STUDIES = _listed(
    """
    active comparator, active-comparator, add on, add-on, add-on therapy, adjunctive, adjuvant,
    administration, administration of, background, background therapy, background treatment,
    biological, biosimilar, blinded, bolus, co-administration of, coadministration of,
    combination of, combination therapy of, commercial, comparator, concomitant, concurrent,
    consolidation, dosing, double blind, double blinded, double-blind, double-blinded, epidural,
    eu approved, eu licensed, eu-approved, eu-licensed, eu-sourced, experimental, experimental
    drug, experimental group, full dose, genetical recombination, half dose, high dose,
    high-dose, higher dose, induction, infusion of, infusions, inhaled, injection of,
    injections, intermediate dose, investigational, loading dose, low dose, low-dose, lower
    dose, maintenance, maintenance dose, masked, medication, medium dose, medium-dose, middle
    dose, monotherapy, multiple dose, multiple doses, nebulised, nebulized, neoadjuvant,
    observer-blinded, open label, open-label, perineural, premedication, prophylactic,
    prophylactic dose, prophylaxis, reference product, regular dose, single blind, single dose,
    single doses, single-blind, single-dose, standard dose, standard-dose, study drug,
    supplement, supplementation, supplements, test product, therapeutic dose, therapy, therapy
    with, treatment arm, treatment group, treatment with, unblinded, us approved, us licensed,
    us-approved, us-licensed, us-sourced
    """
)
OF_STUDIES |= {
    f"{word} {which}".strip()
    for word in ("arm", "cohort", "dose", "drug", "formulation", "group", "part", "treatment")
    for which in ("", *"abcd1234")
} - {"dose", "part"}
OF_STUDIES |= {f"auc{sign}{area}" for sign in ("", " ", "=") for area in "23456"}
"""What registries of trials write beside a drug: how it is given there, and in which group."""

CARE = _listed(
    """
    best supportive care, chemoradiotherapy, chemotherapy, radiation, radiation therapy,
    radiotherapy, soc, standard care, standard chemotherapy, standard of care, standard therapy,
    standard treatment, supportive care, usual care
    """
)
"""What is given beside a drug, and is none: `X plus standard of care`."""

ROUTES_BEFORE = _listed("im, iv, po, sc")
"""Routes that stand before a name, though they are short."""

NOT_FIRST = _listed(
    """
    ac, at bedtime, at night, bedtime, cup, dev, dil, gt, hs, id, ih, ij, ip, it, jt, ng, nightly,
    now, nu, og, once, os, ou, pc, pr, pv, td, tp, vg
    """
)
"""What is a qualifier only after another: beside a name it may be part of it."""

EMPTY = _listed(
    """
    applic, applicator, applicators, bag, bags, bottle, bottles, btl, cart, cartridge,
    cartridges, cup, cups, dev, device, injector, jar, pen, pen injector, penfill, pens, pouch,
    pump, swab, syringe, syringes, tube, tubes
    """
)
"""What is sold empty, too: an insulin syringe is no insulin, unless an amount is beside it."""

ABBREVIATED_SALTS = {
    "acet": "acetate",
    "bicarb": "bicarbonate",
    "bit": "bitartrate",
    "brom": "bromide",
    "carb": "carbonate",
    "chlor": "chloride",
    "cit": "citrate",
    "diprop": "dipropionate",
    "fumar": "fumarate",
    "gluc": "gluconate",
    "hbr": "hydrobromide",
    "hcl": "hydrochloride",
    "hydrob": "hydrobromide",
    "hydrochlor": "hydrochloride",
    "hydrox": "hydroxide",
    "mal": "maleate",
    "phos": "phosphate",
    "prop": "propionate",
    "succ": "succinate",
    "sulf": "sulfate",
    "sulph": "sulfate",
    "sulphate": "sulfate",
    "tart": "tartrate",
    "hydrochlorides": "hydrochloride",
    "phosphates": "phosphate",
    "sulfates": "sulfate",
    "sulphates": "sulfate",
}
"""Salts as lists abbreviate them, and of several substances at once."""

ABBREVIATED_IONS = {
    "calc": "calcium",
    "ferr": "ferrous",
    "mag": "magnesium",
    "na": "sodium",
    "pot": "potassium",
    "sod": "sodium",
}
"""The same of ions, which may come first."""

ABBREVIATED_INGREDIENTS = {
    "amox tr": "amoxicillin",
    "caff": "caffeine",
    "clav": "clavulanate",
    "clv": "clavulanate",
    "k clv": "clavulanate",
    "pot clav": "clavulanate",
    "smx": "sulfamethoxazole",
    "smz": "sulfamethoxazole",
    "sulfameth": "sulfamethoxazole",
    "tmp": "trimethoprim",
}
"""Ingredients of combinations as pharmacies abbreviate them; beside no other, they mean nothing."""

ABBREVIATED_NAMES = {
    "insulin nph": ("insulin isophane",),
    "lente insulin": (
        "insulin zinc susp beef",
        "insulin zinc susp purified pork",
        "insulin zinc susp recombinant human",
    ),
    "nph": ("insulin isophane",),
    "nph insulin": ("insulin isophane",),
    "protamine zinc insulin": (
        "insulin susp protamine zinc purified beef",
        "insulin susp protamine zinc purified pork",
    ),
    "semilente insulin": (
        "insulin zinc susp prompt beef",
        "insulin zinc susp prompt purified pork",
    ),
    "ultralente insulin": (
        "insulin zinc susp extended beef",
        "insulin zinc susp extended recombinant human",
    ),
}
"""Drugs as they are abbreviated where no source has the abbreviation: each that it may be."""
