"""The verifier's words in Greek and English, as plain tables: it must work from a bare checkout, without catalogues.

What a failed check says in Greek is in phrases_flaws.py; in English a flaw brings its own sentence.
"""

from collections.abc import Mapping
from types import MappingProxyType

from audit.phrases_council import COUNCIL_WORDS

GREEK, ENGLISH = "el", "en"
LANGUAGES = (GREEK, ENGLISH)


def say(language: str, key: str, **fields: str | int) -> str:
    """`language` is el or en. Raises KeyError for a word that is not in the tables."""
    greek, english = WORDS[key]
    return (greek if language == GREEK else english) % fields


WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # the three sentences
        "rules.ours": (
            "Κανόνες που εφαρμόστηκαν: Belenios (έκδοση κρυπτογραφίας 1) και οι δικοί μας κανόνες, έκδοση 1.",
            "Rules applied: Belenios (crypto version 1) and our own rules, version 1.",
        ),
        "rules.service": (
            "Κανόνες που εφαρμόστηκαν: Belenios (έκδοση κρυπτογραφίας 1) και οι δικοί μας κανόνες, έκδοση 1· τα "
            "διαπιστευτήρια τα έφτιαξε η ίδια η υπηρεσία, που θα μπορούσε λοιπόν να ψηφίσει για όσους δεν ψήφισαν.",
            "Rules applied: Belenios (crypto version 1) and our own rules, version 1; the service itself issued the "
            "voters' credentials, so it could have voted for those who did not.",
        ),
        "rules.foreign": (
            "Κανόνες που εφαρμόστηκαν: μόνο του Belenios (έκδοση κρυπτογραφίας 1)· όσα δείχνει μόνο ένα αρχείο "
            "ελέγχου, ότι δηλαδή δεν λείπει ψηφοδέλτιο και με ποια σειρά έπεσαν, δεν περιλαμβάνονται.",
            "Rules applied: Belenios alone (crypto version 1); what only a log can show, that no ballot is missing and "
            "in which order they were cast, is not included.",
        ),
        "rules.rehearsal": (
            "Κανόνες που εφαρμόστηκαν: Belenios (έκδοση κρυπτογραφίας 1) και οι δικοί μας κανόνες, έκδοση 1· πρόκειται "
            "για την πρόβα της ψηφοφορίας %(referendum)s, με δοκιμαστικά ψηφοδέλτια.",
            "Rules applied: Belenios (crypto version 1) and our own rules, version 1; this is the rehearsal of the "
            "vote %(referendum)s, with test ballots.",
        ),
        "rules.unknown": (
            "Κανόνες που εφαρμόστηκαν: δεν μπόρεσαν να διαβαστούν.",
            "Rules applied: they could not be read.",
        ),
        "verdict.verified": (
            "Επαληθεύτηκε: όλοι οι έλεγχοι πέτυχαν.",
            "Verified: every check passed.",
        ),
        "verdict.refused": (
            "Απορρίφθηκε: απέτυχε ο έλεγχος «%(check)s» (%(code)s).",
            "Refused: the check \u201c%(check)s\u201d failed (%(code)s).",
        ),
        "verdict.refused_more": (
            "Απορρίφθηκε: απέτυχαν %(count)s έλεγχοι, πρώτος ο «%(check)s» (%(code)s).",
            "Refused: %(count)s checks failed, the first is \u201c%(check)s\u201d (%(code)s).",
        ),
        "verdict.unfinished": (
            "Σωστό μέχρι εδώ αλλά ημιτελές: λείπουν ακόμη: %(missing)s.",
            "Sound so far, but unfinished: still missing: %(missing)s.",
        ),
        "verdict.cancelled": (
            "Σωστό μέχρι εδώ: η ψηφοφορία ακυρώθηκε και δεν θα έχει αποτέλεσμα.",
            "Sound so far: the vote was cancelled and will have no result.",
        ),
        "result.none": ("Αποτέλεσμα: κανένα επαληθευμένο.", "Result: none that is verified."),
        "result.head": (
            "Αποτέλεσμα: ψήφισαν %(voted)s από %(registered)s εγγεγραμμένους. ",
            "Result: %(voted)s of %(registered)s registered voted. ",
        ),
        "result.blank": ("Λευκά", "Blank"),
        # what an unfinished vote lacks
        "missing.closing": ("η λήξη", "the closing"),
        "missing.tally": ("η καταμέτρηση", "the tally"),
        "missing.decryptions": ("αποκρυπτογραφήσεις μελών", "decryptions by trustees"),
        "missing.result": ("το αποτέλεσμα", "the result"),
        # places
        "place.ballot": ("ψηφοδέλτιο %(number)s", "ballot %(number)s"),
        "place.trustee": ("μέλος %(number)s", "trustee %(number)s"),
        "place.entry": ("εγγραφή %(number)s του αρχείου ελέγχου", "log entry number %(number)s"),
        # the checks
        "check.record": ("ο φάκελος έχει ένα αρχείο .bel", "the folder has one .bel archive"),
        "check.archive": (
            "κάθε byte του αρχείου .bel είναι όπως ορίζει η μορφή του",
            "every byte of the .bel archive is as its format says",
        ),
        "check.grammar": ("τα γεγονότα έχουν τη μόνη επιτρεπτή σειρά", "the events have their only allowed order"),
        "check.setup": ("η αρχή του αρχείου ονομάζει τα δικά της αντικείμενα", "the setup names its own objects"),
        "check.election": ("η ψηφοφορία διαβάζεται με γνωστούς κανόνες", "the election is read under known rules"),
        "check.files": (
            "υπάρχουν όλα τα αρχεία του RECORD.md και κανένα άλλο",
            "all files of RECORD.md are there and no other",
        ),
        "check.trustees": (
            "τα κλειδιά των μελών της εφορευτικής επιτροπής αποδεικνύονται και δίνουν το κλειδί της κάλπης",
            "the trustees' keys are proved and give the box key",
        ),
        "check.credentials": (
            "ο κατάλογος των διαπιστευτηρίων είναι ορθός, χωρίς επαναλήψεις",
            "the list of credentials is well formed, nobody twice",
        ),
        "check.ballots": ("κάθε ψηφοδέλτιο έχει τη μόνη δεκτή γραφή", "every ballot has its one accepted spelling"),
        "check.distinct": (
            "κανένα ψηφοδέλτιο και κανένα κρυπτοκείμενο δεν υπάρχει δύο φορές",
            "no ballot and no ciphertext stands on the board twice",
        ),
        "check.proofs": (
            "οι υπογραφές και οι αποδείξεις ορθότητας όλων των ψηφοδελτίων ισχύουν",
            "signatures and proofs of all ballots hold",
        ),
        "check.listed": ("κάθε ψηφοδέλτιο ανήκει στον κατάλογο", "every ballot is by a listed credential"),
        "check.tally": (
            "το κρυπτογραφημένο άθροισμα προκύπτει από τα ψηφοδέλτια που μετρούν",
            "the encrypted tally is the product of the ballots that count",
        ),
        "check.decryptions": (
            "κάθε μερική αποκρυπτογράφηση αποδεικνύεται",
            "every partial decryption is proved",
        ),
        "check.result": ("το αποτέλεσμα είναι ό,τι αποκρυπτογραφήθηκε", "the result is what was decrypted"),
        "check.log": (
            "η υπογραφή του αρχείου ελέγχου και η θέση κάθε εγγραφής ισχύουν",
            "the log's signature and the place of every entry hold",
        ),
        "check.history": (
            "οι εγγραφές της ψηφοφορίας έχουν τη μόνη επιτρεπτή σειρά",
            "the entries of the vote have their only allowed order",
        ),
        "check.order": (
            "τα ψηφοδέλτια κάθε ψηφοφόρου είναι όλα εκεί, με τη σειρά τους",
            "each voter's ballots are all there, in their order",
        ),
        "check.order_signatures": (
            "οι δηλώσεις σειράς είναι υπογεγραμμένες από τους ψηφοφόρους",
            "the order statements are signed by the voters",
        ),
        "check.strong": (
            "οι ισχυρές αποδείξεις αποκρυπτογράφησης ισχύουν",
            "the strong proofs of decryption hold",
        ),
        "check.ceremony": (
            "η τελετή κλειδιών τήρησε τις δεσμεύσεις των μελών",
            "the key ceremony kept the trustees' commitments",
        ),
        "check.manifest": (
            "όσα έδειξε η ψηφοφορία είναι όσα κρυπτογραφήθηκαν",
            "what voters were shown is what was encrypted",
        ),
        "check.opening": (
            "η ψηφοφορία άνοιξε με αυτά τα αντικείμενα και αυτόν τον κατάλογο",
            "the vote was opened with these objects and this roll",
        ),
        "check.stages": (
            "αρχείο ψηφοφορίας και αρχείο ελέγχου έχουν φτάσει στο ίδιο σημείο",
            "archive and log have come equally far",
        ),
        "check.board": (
            "τα ψηφοδέλτια είναι ακριβώς όσα έχει το αρχείο ελέγχου, με την ίδια σειρά",
            "the ballots are exactly those of the log, in the same order",
        ),
        "check.challenged": (
            "κανένα ψηφοδέλτιο που ανοίχτηκε για έλεγχο δεν μετρήθηκε",
            "no ballot that was opened for checking was cast",
        ),
        "check.turnout": (
            "ψήφισαν τόσα πρόσωπα όσα διαπιστευτήρια χρησιμοποιήθηκαν",
            "as many persons voted as credentials were used",
        ),
        "check.tally_entry": ("το άθροισμα είναι αυτό του αρχείου ελέγχου", "the tally is the logged one"),
        "check.decryption_entries": (
            "οι αποκρυπτογραφήσεις είναι αυτές του αρχείου ελέγχου",
            "the decryptions are the logged ones",
        ),
        "check.result_entry": ("το αποτέλεσμα είναι αυτό του αρχείου ελέγχου", "the result is the logged one"),
        "check.rehearsal": ("η πρόβα είναι αυτή του αρχείου ελέγχου", "the rehearsal is the logged one"),
        # fingerprints
        "fact.ballots": ("ψηφοδέλτια", "ballots"),
        "fact.archive": ("τελευταίο γεγονός", "last event"),
        "fact.election": ("αποτύπωμα ψηφοφορίας", "election fingerprint"),
        "fact.credentials": ("αποτύπωμα καταλόγου", "fingerprint of the list"),
        "fact.log": ("αρχείο ελέγχου", "audit log"),
        "fact.log_key": ("κλειδί του αρχείου ελέγχου", "key of the audit log"),
        "fact.log_size": ("εγγραφές του αρχείου ελέγχου", "entries of the audit log"),
        "fact.log_root": ("κεφαλή του αρχείου ελέγχου", "head of the audit log"),
        "facts": (
            "Αποτυπώματα, για σύγκριση με όσα έχουν δημοσιευθεί αλλού:",
            "Fingerprints, to compare with what was published elsewhere:",
        ),
        # the command
        "usage.path": ("δεν υπάρχει: %(path)s", "there is no %(path)s"),
        "usage.key": ("δεν διαβάζεται το κλειδί του αρχείου ελέγχου", "the key of the audit log cannot be read"),
        "progress": ("Έλεγχος ψηφοδελτίων", "Checking ballots"),
        # evidence
        "evidence.kept": (
            "Η υπόσχεση τηρήθηκε: το ψηφοδέλτιο είναι η εγγραφή %(index)s του αρχείου ελέγχου.",
            "The promise was kept: the ballot is entry %(index)s of the audit log.",
        ),
        "evidence.broken": (
            "Η υπόσχεση δεν τηρήθηκε: η υπηρεσία υπέγραψε ότι δέχθηκε το ψηφοδέλτιο, και το ψηφοδέλτιο δεν υπάρχει "
            "στο αρχείο ελέγχου που η ίδια υπέγραψε μετά τη λήξη. Τα δύο παρακάτω κείμενα το "
            "αποδεικνύουν σε οποιονδήποτε.",
            "The promise was broken: the service signed that it accepted the ballot, and the ballot is not in the "
            "audit log that it signed after the closing. The two texts below prove this to anybody.",
        ),
        "evidence.differs": (
            "Η υπόσχεση δεν τηρήθηκε: στο αρχείο ελέγχου υπάρχει το ψηφοδέλτιο, αλλά με άλλη δήλωση σειράς, άλλον "
            "κωδικό ή σε θέση πριν από την αποδοχή. Τα δύο παρακάτω κείμενα το αποδεικνύουν σε οποιονδήποτε.",
            "The promise was broken: the ballot is in the audit log, but with another order statement, another code or "
            "in a place before its acceptance. The two texts below prove this to anybody.",
        ),
        "evidence.early": (
            "Δεν αποδεικνύεται τίποτα ακόμη: το ψηφοδέλτιο δεν υπάρχει στο αρχείο ελέγχου, αλλά η ψηφοφορία δεν έχει "
            "λήξει. Επαναλάβετε με νεότερο αρχείο.",
            "Nothing is proved yet: the ballot is not in the audit log, but the vote is not closed. Try again with a "
            "newer record.",
        ),
        "evidence.none": (
            "Δεν υπάρχει απόδειξη: η αποδοχή ή το αρχείο δεν επαληθεύεται (%(code)s).",
            "No evidence: the acceptance or the record does not verify (%(code)s).",
        ),
        "evidence.other": (
            "Δεν υπάρχει απόδειξη: η αποδοχή αφορά άλλη ψηφοφορία.",
            "No evidence: the acceptance is about another vote.",
        ),
        **COUNCIL_WORDS,
    }
)
