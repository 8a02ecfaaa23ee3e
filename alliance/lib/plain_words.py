"""Administrative words of Québec, each with a simpler one. « * » stands for any ending (« effectu* »: effectuer, effectuons)."""

import re

_TABLE = """
à cet effet = pour cela
à défaut de = sans
à l’échéance = à la fin
à l’heure actuelle = maintenant
à l’instar de = comme
accompagnement individualisé = aide pour vous
accroître = augmenter
acquitter = payer
actuellement = maintenant
adéquat = bon
administré = personne
afférent* = lié
afin de = pour
afin que = pour que
alimentaire de dépannage = nourriture d’urgence
allocation = argent
allouer = donner
antérieur* = avant
apporter son concours = aider
assujetti* = soumis
attestation = preuve
au cours de = pendant
au préalable = avant
au sein de = dans
aux fins de = pour
ayant droit = personne qui a droit
bénéficiaire = personne
bénéfici* de = avoir
bonif* = améliorer
cadre bâti = bâtiments
ci-joint = avec cette lettre
clientèle = personnes
collaborat* = aide
complét* = remplir
compte tenu de = à cause de
concernant = sur
concert* = travailler ensemble
conformément à = selon
conjoint* avec = avec
consent* à = accepter
considérablement = beaucoup
contribution = part
contributoire = où chacun paie une part
convenir de = décider
coordonn* les efforts = travailler ensemble
déboursé = dépense
débuter = commencer
défavorisé* = pauvre
déficit* = manque
démarche* = étapes
démuni* = pauvre
denrée* = nourriture
dépôt de candidature = demande
dès lors = alors
désaffiliation = isolement
destiné à = pour
détérior* = abîmer
détenir = avoir
développer = créer
diffus* = faire connaître
dispens* = donner
disposer de = avoir
dispositif = moyen
domicile = maison
dorénavant = à partir de maintenant
effectu* = faire
effectif = en vigueur
élabor* = préparer
émettre = donner
en amont = avant
en aval = après
en matière de = pour
en raison de = à cause de
en vertu de = selon
en vue de = pour
entamer = commencer
entériner = accepter
éventuel* = possible
exclusion sociale = mise à l’écart
exclusivement = seulement
favoris* = aider
formulaire de consentement = papier où vous dites oui
formul* une demande = demander
fréquemment = souvent
gratuité = gratuit
hébergement = logement
immédiatement = tout de suite
implication = participation
impliqu* = participer
inadmissible = qui n’a pas droit
individu* = personne
initier = commencer
insécurité alimentaire = manque de nourriture
intervenant* = personne qui aide
itinérance = vie sans logement
majoritairement = surtout
mettre en œuvre = faire
mettre en place = créer
mise en œuvre = réalisation
mise en place = création
modalité* = façon de faire
monoparental* = d’un seul parent
nécessit* = demander
notamment = par exemple
notifi* = avertir
nonobstant = malgré
obtempér* = obéir
obtention = avoir
optimis* = améliorer
orient* vers = envoyer à
partenariat = travail ensemble
percevoir = recevoir
périodicité = fréquence
pérennis* = faire durer
pérennité = durée
perte d’autonomie = difficulté à faire les choses seul
plan d’intervention = plan d’aide
porteur = responsable
postérieur* = après
préalablement = avant
précarité = pauvreté
préconis* = conseiller
prestataire = personne qui reçoit de l’aide
prestation = argent reçu
problématique = problème
procéd* à = faire
projet structurant = projet utile longtemps
promouvoir = faire connaître
proximité = près de chez vous
quant à = pour
quotidiennement = chaque jour
récipiendaire = personne qui reçoit
référ* à = envoyer à
relativement à = sur
requérant = personne qui demande
requérir = demander
requis* = demandé
résidant = habitant
ressource* = aide
réseautage = rencontres
restreint = petit
saine gestion = bonne gestion
se procurer = avoir
sensibilis* = faire comprendre
sociocommunautaire = de groupe
sollicit* = demander
soumettre = envoyer
souscrire = signer
subséquent* = suivant
subvention* = argent donné
suite à = après
supplémentaire = de plus
susceptible de = qui peut
susmentionné* = nommé plus haut
tarif = prix
transmettre = envoyer
ultérieur* = plus tard
usager* = personne
utilis* = se servir de
vérification préalable = vérification
visant à = pour
volet = partie
vulnérab* = fragile
"""


def _entries() -> list[tuple[str, str]]:
    rows = [line.split(" = ") for line in _TABLE.strip().splitlines()]
    return [(hard, simple) for hard, simple in rows]


def _pattern(hard: str) -> str:
    """Return the pattern of an entry: « * » is any ending, and the last word may be feminine or plural."""
    words = re.escape(hard).replace(r"\*", r"\w*").replace("’", "[’']").replace(r"\ ", r"\s+")
    return rf"\b{words}" + ("" if hard.endswith("*") else r"(?:e|s|es|x)?") + r"\b"


HARD_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(_pattern(hard), re.IGNORECASE), simple) for hard, simple in _entries()
)
