"""Words that hospitals, pharmacies and lists of products write beside a drug's name.

One word or phrase between commas, without accents, as `normalized` makes it. None is a drug's, and
none makes another drug of one: `mix`, `plus`, `PM`, `HCT`, `gum` and `oil` are not among them.
"""


def _listed(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))


DOSE_FORMS = _listed(
    """
    aepb, aerb, aero, aerosol inhaler, aers, appl, applic, applicator, applicators, capl, chew, chew
    tab, chewables, chewing gum, concentrate, cp12, cp24, cpcr, cpdr, cpep, cpsp, crea, creme, crm,
    dose pack, dosepak, douche, dpi, dps, drip, drips, drp, drps, drug implant, ear dps, elix,
    emulsion, enem, eye dps, eyedps, flush, for reconstitution, gargle, gas, gelcap, gelcaps, gran,
    grans, gtt, gtts, inf, infusion, inh, inha, inhal, inhal aero, inhalant, inhalant product,
    inhalations, inhalator, inhl, injectable product, intrauterine system, irrigation, jel, jet
    injector, linct, linctus, liniment, liq, liqd, lock flush, lock soln, lock solution, lock-flush,
    lot, lotn, loz, lozenges, lozg, lyophilisate, lyophilizate, mdi, medicated bar, medicated bar
    soap, medicated liquid soap, medicated pad, medicated patch, medicated shampoo, medicated tape,
    melt, metered dose, mouthwash, mthwsh, nasal product, nasal spy, neb, neb soln, nebs, nebu,
    nebuliser, nebulising solution, nebulizer, nebulizer soln, nebulizer solution, nsl dps, nsl spy,
    oint, oph soln, ophthalmic product, oral lyophilisate, oral product, oral strip, oral susp,
    pack, packs, paint, paste, pdr, pess, pill, pills, powd, powd pack, powder for reconstitution,
    pste, pt24, pt72, ptch, pttw, ptwk, puff, puffer, puffs, pwd, pwdr, recon, recon soln,
    reconstitution, rinse, sach, sachs, soaj, soct, softgel, softgels, sol, soln for inj, solr,
    sopn, sosy, spansule, spansules, spra, sprays, sprinkle, sprinkles, spry, spy, starter pack,
    subl, suer, supp, suppos, susp, susr, syr, syrp, system, tab chew, tab dispers, tabletten, taper
    pack, tb12, tb24, tbcr, tbdp, tbdr, tbec, tbef, tbpk, tbso, td patch, therapy pack, titration
    pack, toothpaste, topical liquefied gas, topical oil, topical product, topical stick,
    transdermal system, troc, vag gel, wash
    """
)
"""Dose forms that are abbreviated, or that no label's name of a drug has."""

RELEASES = _listed(
    """
    @gn, abuse-deterrent, adh, aq, aqueous, augmented, b/a, base eq, base equiv, base equivalent,
    breath-actuated, cd, cf, cfc free, cfc-f, cfc-free, cff, ch'ble, chble, citrate free,
    citrate-free, controlled, controlled release, controlled-delivery, controlled-release, crys,
    cryst, d/p, delay rel, delayed rel, delayed release, delayed-release oral, dental, diluted,
    disintegrating, disp, disper, dispers, dissolving, dry, dual release, e/c, eff, extend rel,
    extend release, extended rel, f/c, frozen, g/r, hfa, intratracheal, intrauterine, ir, iso-osm,
    iso-osmotic, latex free, latex-free, local, lyophilized, m-cryst, m/r, macrocrystal,
    macrocrystals, medicated, methylparaben free, microencapsulated, mucosal, mucous membrane,
    multi-dose, multidose, nsl, once-daily, opht, ophth, ophthal, opth, oral disintegrating,
    oral-21, oral-28, orodisp, orodisper, orodispersible, oromuc, oromucosal, osmotic, osmotic
    release, p/f, periodontal, pf, premix, premixed, preserv free, preserv. free, preservative free,
    preservative-free, pyelocalyceal, rapid, rapid dissolve, rapid-dissolve, s/f, s/ling, s/r, sa,
    scored, sf, single-use, spec, special, ster, sterile, subling, sugar free, sugar-free, sust rel,
    sust release, t/derm, tr/p, transmucosal, uncoated, unscented, urethral, vag, viscous, w/v, w/w
    """
)
"""How a dose form lets go of the drug, what it is free of, and for which part of the body it is."""

CONTAINERS = _listed(
    """
    accuhaler, add-vantage, aerosol can, amp, ampoule, ampoules, amps, ampul, ampul-neb, ampule,
    ampules, auto-inj, auto-injector, autohaler, autoinj, autoinjector, bag, bags, blister, blister
    pack, bottle, bottles, btl, bx, canister, carpuject, cart, carton, cartons, cartridge,
    cartridges, clickhaler, clickject, count, ct, cup, cups, dev, device, dil, diluent, diskus,
    duplex, ea, each, easyhaler, ellipta, evohaler, excel bag, flexpen, flextouch, frozen bag,
    galaxy, handihaler, inj pen, injector, isecure, jar, kwikpen, lifeshield, md vial, mdv,
    mini-bag, minibag, multi-dose vial, multidose vial, multiple dose vial, nebule, nexthaler,
    novolizer, packet, packets, pca, pen, pen inj, pen injector, pen-injector, penfill, pens, pf
    pen, pf syr, pf syringe, pfs, piggyback, pkt, pkts, pouch, pre-filled syringe, pref syr, prefill
    pen, prefilled pen, prefilled syr, prefilled syringe, premix bag, pressair, pump, pushtronex,
    redihaler, respiclick, respimat, respule, respules, sachet, sachets, sd vial, sdv, sensoready,
    simplist, single dose vial, single use vial, single-dose vial, single-use vial, solostar,
    solostar pen, sureclick, syringe, syringes, tube, tubes, turbohaler, turbuhaler, twisthaler, ud,
    ud cup, udc, udcup, unit dose, unit-dose, viaflex, vial, vials, vl, vls
    """
)
"""What a dose form is filled into, or given by."""

ROUTES = _listed(
    """
    ad, affected area, affected areas, au, both ears, both eyes, both nostrils, buccally, by
    inhalation, by mouth, dobhoff, each eye, each nare, each nares, each nostril, ett, feeding tube,
    g tube, g-tube, gt, id, ih, ij, im, im injection, im-iv, im/iv, in both ears, in both eyes, in
    each nostril, inh, into both eyes, into each nostril, into the skin, intra-arterial,
    intra-articular, intradermal, intramuscular, intramuscularly, intranasally, intraocular,
    intraperitoneal, intrapleural, intrathecally, intravenous, intravenously, intravesical,
    intravitreal, ip, it, iv, iv bolus, iv drip, iv infuse, iv infusion, iv pca, iv piggy back, iv
    piggyback, iv push, iv/im, ivp, ivpb, ivpush, j tube, j-tube, jt, left ear, left eye, neb, ng,
    ng/og, ng/po, ngt, nostrils, nu, og, ogt, os, ou, peg tube, per g tube, per ng, per ng tube, per
    rectum, per tube, po, po or ng, po/iv, po/ng, pr, pv, rectally, right ear, right eye, s/c, s/l,
    sc, sl, sq, sub-q, subcut, subcutaneous, subcutaneous injection, subcutaneously, sublingually,
    subq, td, to affected area, to skin, top, topically, tp, transdermally, under the skin, under
    the tongue, vaginally, vg, via inhalation, via neb, via tube
    """
)
"""How a dose is given; `OD` is the right eye or once a day, and so none."""

FREQUENCIES = _listed(
    """
    ac, ac and hs, achs, after meals, as directed, as needed, asdir, at bedtime, at breakfast, at
    night, bd, bedtime, before bed, before breakfast, before meals, bid, bid ac, biweekly,
    continuous, continuously, daily, each day, each morning, every am, every day, every evening,
    every month, every morning, every night, every other day, every other week, every pm, every
    week, five times a day, five times daily, four times a day, four times daily, hourly, hs, in am,
    in pm, in the am, in the evening, in the morning, in the pm, mane, monthly, mwf, nightly, nocte,
    now, on call, once, once a day, once a month, once a week, once daily, once monthly, once
    weekly, one time, one time only, pc, per day, per protocol, prn, q am, q d, q day, q hs, q pm, q
    shift, q wednesday, q week, qac, qachs, qam, qd, qd prn, qday, qds, qhs, qhs prn, qid, qmonth,
    qmonthly, qmwf, qod, qpm, qshift, qw, qwed, qweek, qwk, semiweekly, stat, tds, three times a
    day, three times a week, three times daily, three times weekly, tid, tid ac, tid w/meals, tiw,
    twice a day, twice a week, twice daily, twice weekly, two times a day, two times daily, w/meals,
    weekly, with breakfast, with dinner, with each meal, with evening meal, with food, with lunch,
    with meals, with supper, with the evening meal, x1
    """
)
"""How often, and when, a dose is given."""

STRENGTHS = _listed(
    """
    double strength, ds, es, extra strength, extra-strength, full strength, half strength, max
    strength, maximum strength, regular strength, single strength, ss, u-100, u-100 insulin, u-200,
    u-200 insulin, u-300, u-300 insulin, u-500, u-500 insulin, u100, u200, u300, u500
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

NOTES = _listed(
    """
    brand name, c-ii, c-iii, c-iv, c-v, chronic med, cii, ciii, civ, critical care, cv, daw, dilute
    before use, divided, do not crush, for home use, from home, hazardous, high alert, home dose,
    home med, home medication, home medications, home meds, home supply, in divided doses,
    look-alike, non formulary, non-formulary, nonformulary, not on formulary, oncology, otc, own
    med, own meds, own supply, patient own med, patient own supply, patient supplied, patient
    supply, patient's home med, patient's own, patient's own med, patient's own medication,
    patient's own supply, per pharmacy, per pharmacy dosing, per pharmacy protocol, pharmacy to
    dose, prior to admission, pt own med, pt's own med, pta, pta med, refrig, refrigerate,
    refrigerated, replacement, restricted, rx, rx only, sliding scale, taper, titrate
    """
)
"""What an order or a list of products notes beside a drug: that the patient brings it, that it is
not in the formulary, its DEA schedule, who says the dose."""

OF_FLUIDS = frozenset(
    {"potassium chloride", "sodium chloride", "glucose", "dextrose", "kcl", "nacl"}
)
"""What is a solution's ingredient rather than a drug that it dilutes."""

OF_INSTRUCTIONS = frozenset(
    """
    a abdominal about ac access administer affected after agitation allergic allergies allergy am
    amount an and ankle anxiety any apply area areas arthritis as asthma at away back bath be bed
    bedtime before begin between bladder bleeding bloating blood bowel bp breakfast breakthrough
    breath breathing bring burning by call cheek chest chew clean cold comments congestion
    constipation continue control cough cramp cramps crush daily date day days depression diabetes
    diarrhea diff dinner directed discharge discontinue disp dispense dissolve do doctor dose doses
    dosing dr drink dry during dyspepsia dyspnea ear ears effect eight eleven empty end evening ever
    every exceed eye eyes face feet fever fifty fingerstick first five fluid flush following food
    foot for forty four fri friday fridays from full gas generously gentle give given glass goal
    gout groin gum gums hair half hand hands has have headache headaches heart heartburn high hip
    hives hold hour hours hr hrs if in indication indigestion infection infuse inhale inject insert
    insomnia instill into is it itch itching its joint juice keep kidney knee last layer least left
    leg lightly line lip low lunch manage max maximum may md meal meals med meds migraine mild milk
    min mins minutes mix moderate mon monday mondays month months mood morning mouth muscle must
    nasal nausea neck needed nerve neuropathy next night nine no nose nostril not note nurse od of
    on once one only onset open or order other others out over pain painful palpitations part
    patient per pharmacist pharmacy place plenty pm post pressure procedure protocol provider pt
    puff puffs qty quantity rash rate reaction refill refills reflux relief repeat respiratory rest
    restlessness right rinse rotate run sat saturday sbp scale scalp second sedation see seizure
    seizures seven severe shake shave shortness shoulder sig sip site sites six skin sleep sliding
    slowly smoking snack sob sore spasm spasms spit spray sprays start stiffness still stomach stool
    stools stop sugar sun sunday supper swallow swelling swish symptom symptoms tab tablet tablets
    tabs take taken taking target ten than that the their them then thin thirty this three throat
    thu thursday time times titrate to today together tomorrow tongue tonight tooth total travel tue
    tuesday tuesdays twelve twenty twice two ulcer under unless until up upset urinary urine use
    used vaginal via vomit vomiting wait wake wash water wed wednesday wednesdays week weeks weight
    well wheezing when while will with within without work worse wound wrist years you your zero
    """.split()  # noqa: SIM905 -- a list of strings would be read by nobody
)
"""Words of what a prescription line says of its taking."""

BEGINS_INSTRUCTIONS = frozenset(
    """
    administer apply chew dissolve give inhale inject insert instill md place sig spray swallow
    swish take use
    """.split()  # noqa: SIM905 -- as above
)
"""Verbs that such instructions begin with, and the doctor who gives them."""

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
    ac, ad, at bedtime, at night, au, bedtime, cf, count, ct, cup, cv, dev, dil, ea, each, gt, hs,
    id, ih, ij, ip, it, jt, ng, nightly, now, nu, og, once, os, ou, pack, packs, pc, pr, pv, rapid,
    td, tp, vg
    """
)
"""What is a qualifier only after another: beside a name it may be part of it."""

EMPTY = _listed(
    """
    applic, applicator, applicators, bag, bags, bottle, bottles, btl, cart, cartridge, cartridges,
    cup, cups, dev, device, injector, jar, needle, needles, pen, pen injector, pen needle, pen
    needles, penfill, pens, pouch, pump, swab, syringe, syringes, tube, tubes
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
    "lac": "lactate",
    "mal": "maleate",
    "monohyd": "monohydrate",
    "phos": "phosphate",
    "prop": "propionate",
    "succ": "succinate",
    "so4": "sulfate",
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
    "vit": "vitamin",
}
"""The same of ions, and of vitamins, which may come first."""

ABBREVIATED_INGREDIENTS = {
    "amox tr": "amoxicillin",
    "caff": "caffeine",
    "clav": "clavulanate",
    "clv": "clavulanate",
    "k clv": "clavulanate",
    "pot clav": "clavulanate",
    "pot clavulanate": "clavulanate",
    "aluminum": "aluminum hydroxide",
    "apap": "acetaminophen",
    "asa": "aspirin",
    "dexameth": "dexamethasone",
    "hc": "hydrocortisone",
    "hct": "hydrochlorothiazide",
    "hctz": "hydrochlorothiazide",
    "k clavulanate": "clavulanate",
    "polymyxin": "polymyxin b",
    "senna": "sennosides",
    "smx": "sulfamethoxazole",
    "smz": "sulfamethoxazole",
    "sulfameth": "sulfamethoxazole",
    "tmp": "trimethoprim",
}
"""Ingredients of combinations as pharmacies abbreviate them; beside no other, they mean nothing."""

ABBREVIATED_NAMES = {
    "1/2 ns": ("sodium chloride",),
    "cacl2": ("calcium chloride",),
    "caco3": ("calcium carbonate",),
    "d10w": ("dextrose",),
    "d50": ("dextrose",),
    "d50w": ("dextrose",),
    "d5w": ("dextrose",),
    "feso4": ("ferrous sulfate",),
    "half normal saline": ("sodium chloride",),
    "heparin porcine": ("heparin",),
    "insulin nph": ("insulin isophane",),
    "ismn": ("isosorbide mononitrate",),
    "kcl": ("potassium chloride",),
    "lente insulin": (
        "insulin zinc susp beef",
        "insulin zinc susp purified pork",
        "insulin zinc susp recombinant human",
    ),
    "mgo": ("magnesium oxide",),
    "mgso4": ("magnesium sulfate",),
    "nacl": ("sodium chloride",),
    "nahco3": ("sodium bicarbonate",),
    "normal saline": ("sodium chloride",),
    "nph": ("insulin isophane",),
    "nph insulin": ("insulin isophane",),
    "ns": ("sodium chloride",),
    "ntg": ("nitroglycerin",),
    "pcn vk": ("penicillin v",),
    "peg 3350": ("polyethylene glycol 3350",),
    "polyethylene glycol 17 g": ("polyethylene glycol 3350",),
    "polyethylene glycol 17 gram": ("polyethylene glycol 3350",),
    "pen vk": ("penicillin v",),
    "protamine zinc insulin": (
        "insulin susp protamine zinc purified beef",
        "insulin susp protamine zinc purified pork",
    ),
    "saline": ("sodium chloride",),
    "semilente insulin": (
        "insulin zinc susp prompt beef",
        "insulin zinc susp prompt purified pork",
    ),
    "z-pack": ("azithromycin",),
    "z-pak": ("azithromycin",),
    "ultralente insulin": (
        "insulin zinc susp extended beef",
        "insulin zinc susp extended recombinant human",
    ),
}
"""Drugs as they are abbreviated where no source has the abbreviation: each that it may be."""

ABBREVIATED_COMBINATIONS = {
    "co-amilofruse": "amiloride / furosemide",
    "co-amilozide": "amiloride / hydrochlorothiazide",
    "co-amoxiclav": "amoxicillin / clavulanate",
    "co-beneldopa": "benserazide / levodopa",
    "co-careldopa": "carbidopa / levodopa",
    "co-codamol": "acetaminophen / codeine",
    "co-codaprin": "aspirin / codeine",
    "co-cyprindiol": "cyproterone acetate / ethinylestradiol",
    "co-dydramol": "acetaminophen / dihydrocodeine",
    "co-fluampicil": "ampicillin / flucloxacillin",
    "co-flumactone": "hydroflumethiazide / spironolactone",
    "co-magaldrox": "aluminum hydroxide / magnesium hydroxide",
    "co-phenotrope": "atropine / diphenoxylate",
    "co-proxamol": "acetaminophen / propoxyphene",
    "co-tenidone": "atenolol / chlorthalidone",
    "co-triamterzide": "hydrochlorothiazide / triamterene",
    "co-trimoxazole": "sulfamethoxazole / trimethoprim",
    "co-zidocapt": "captopril / hydrochlorothiazide",
    "d5 1/2 ns": "dextrose / sodium chloride",
    "d5 1/2ns": "dextrose / sodium chloride",
    "d5-1/2ns": "dextrose / sodium chloride",
    "d5ns": "dextrose / sodium chloride",
}
"""British Approved Names of combinations, and fluids, by their ingredients."""

SURE_ABBREVIATIONS = frozenset(
    {"3tc", "4ap", "5fu", "6mp", "6tg", "asa", "bcg", "inh", "kcl", "ns", "nph", "ntg"}
)
"""Abbreviations of three letters or digits at most that mean one drug to whoever writes orders."""

ERROR_PRONE: dict[str, tuple[str, ...]] = {
    "araa": ("cytarabine", "vidarabine"),
    "azt": ("azathioprine", "aztreonam", "zidovudine"),
    "cpz": ("chlorpromazine", "prochlorperazine"),
    "dpt": (),
    "dto": (),
    "epo": ("darbepoetin alfa", "epoetin alfa", "erythropoietin"),
    "gcsf": ("filgrastim", "lenograstim", "pegfilgrastim"),
    "hcl": (),
    "hct": ("hydrochlorothiazide", "hydrocortisone"),
    "levo": (),
    "ms": ("magnesium sulfate", "morphine"),
    "mso4": ("magnesium sulfate", "morphine"),
    "mtx": ("methotrexate", "mitoxantrone"),
    "neo": (),
    "nitro": ("nitroglycerin", "nitroprusside"),
    "norflox": ("norfloxacin", "orphenadrine"),
    "oxy": ("oxycodone", "oxytocin"),
    "pca": (),
    "pit": ("oxytocin", "vasopressin"),
    "pnv": (),
    "ppn": (),
    "ptu": ("mercaptopurine", "propylthiouracil"),
    "t3": ("liothyronine",),
    "tac": ("triamcinolone",),
    "tnk": ("alteplase", "tenecteplase"),
    "tpa": ("alteplase", "tenecteplase"),
    "tpn": (),
    "txa": ("alteplase", "tranexamic acid"),
    "vanc": (),
}
"""By their keys: abbreviations that have been taken for another drug, as the Institute for Safe
Medication Practices lists them, or that mean no one drug, with those that they may mean. None is
chosen, whatever a source calls so, and none where just one is known either."""
