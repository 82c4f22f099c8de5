"""The words of the council's verifier in Greek and English, and what its flaws are called in Greek."""

from collections.abc import Mapping
from types import MappingProxyType

COUNCIL_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "rules.council": (
            "Κανόνες που εφαρμόστηκαν: ό,τι δείχνουν οι σελίδες του συμβουλίου πρέπει να είναι ό,τι έχει το αρχείο "
            "ελέγχου, και αντίστροφα (RECORD.md, δεύτερο μέρος, έκδοση 1).",
            "Rules applied: what the council's pages show must be what the audit log holds, and the other way round "
            "(RECORD.md, part two, version 1).",
        ),
        "result.council": (
            "Περιεχόμενο: συνεδριάσεις %(sessions)s, θέματα με πράξεις %(topics)s, διαβουλεύσεις %(consultations)s, "
            "τοποθετήσεις %(contributions)s (δημοσιευμένες %(published)s, σε αναμονή %(waiting)s, κρυμμένες "
            "%(hidden)s, ανακληθείσες %(withdrawn)s, διαγραμμένες %(erased)s), αποκρύψεις %(removals)s, απαντήσεις "
            "%(replies)s, αποφάσεις %(decisions)s, μέτρα %(measures)s.",
            "Content: sessions %(sessions)s, topics acted on %(topics)s, consultations %(consultations)s, "
            "contributions %(contributions)s (published %(published)s, waiting %(waiting)s, hidden %(hidden)s, "
            "withdrawn %(withdrawn)s, erased %(erased)s), removals %(removals)s, replies %(replies)s, decisions "
            "%(decisions)s, measures %(measures)s.",
        ),
        "place.object": ("%(number)s", "%(number)s"),
        "check.layout": (
            "υπάρχουν όλα τα αρχεία του RECORD.md, και μόνο αρχεία που αυτό ορίζει",
            "all files of RECORD.md are there, and only files that it knows",
        ),
        "check.council_log": (
            "η υπογραφή του αρχείου ελέγχου ισχύει, και οι εγγραφές είναι ολόκληρο το αρχείο",
            "the log's signature holds, and the entries are the whole log",
        ),
        "check.council_order": (
            "οι πράξεις έγιναν με τη σειρά που επιτρέπεται",
            "the acts happened in an allowed order",
        ),
        "check.agendas": (
            "κάθε έκδοση κάθε ημερήσιας διάταξης είναι αυτή του αρχείου ελέγχου",
            "every version of every agenda is the logged one",
        ),
        "check.sessions": (
            "οι συνεδριάσεις που εμφανίζονται είναι αυτές του αρχείου ελέγχου",
            "the sessions that are shown are those of the log",
        ),
        "check.topics": (
            "κάθε πράξη αφορά θέμα δημοσιευμένης ημερήσιας διάταξης",
            "every act is about a topic of a published agenda",
        ),
        "check.consultations": (
            "οι όροι, τα κείμενα, η κατάσταση και η λήξη κάθε διαβούλευσης είναι αυτά του αρχείου ελέγχου",
            "terms, texts, state and closing hour of every consultation are the logged ones",
        ),
        "check.contributions": (
            "κάθε τοποθέτηση εμφανίζεται ή όχι όπως λέει το αρχείο ελέγχου, με τα λόγια που κατατέθηκαν",
            "every contribution is shown or not as the log says, in the words that were submitted",
        ),
        "check.register": (
            "το μητρώο αποκρύψεων λέει ό,τι το αρχείο ελέγχου",
            "the register of removals says what the log says",
        ),
        "check.replies": (
            "κάθε έκδοση κάθε απάντησης είναι αυτή του αρχείου ελέγχου",
            "every version of every reply is the logged one",
        ),
        "check.finishing": (
            "όσες διαβουλεύσεις ολοκληρώθηκαν είχαν απαντήσει σε κάθε πρόταση και ένσταση",
            "consultations that finished had answered every proposal and objection",
        ),
        "check.councillor_files": (
            "οι φάκελοι συμβούλων είναι αυτοί του αρχείου ελέγχου",
            "the councillors' files are the logged ones",
        ),
        "check.decisions": (
            "κάθε έκδοση κάθε απόφασης είναι αυτή του αρχείου ελέγχου",
            "every version of every decision is the logged one",
        ),
        "check.minutes": (
            "κάθε έκδοση των πρακτικών είναι αυτή του αρχείου ελέγχου",
            "every version of the minutes is the logged one",
        ),
        "check.measures": (
            "κάθε έκδοση κάθε μέτρου είναι αυτή του αρχείου ελέγχου",
            "every version of every measure is the logged one",
        ),
    }
)

GREEK_COUNCIL_FLAWS: Mapping[str, str] = MappingProxyType(
    {
        "council": "ο φάκελος δεν έχει τη μορφή που ορίζει το RECORD.md",
        "council.zip": "το αρχείο zip δεν διαβάζεται",
        "council.unknown": "ο φάκελος περιέχει αρχείο που δεν ανήκει σε αυτόν",
        "council.missing": "το έχει το αρχείο ελέγχου, και εδώ λείπει",
        "council.unlogged": "εμφανίζεται, και το αρχείο ελέγχου δεν το έχει",
        "council.digest": "δεν είναι αυτό που έχει το αρχείο ελέγχου",
        "council.content": "ανήκει αλλού από εκεί που λέει το αρχείο ελέγχου",
        "council.listed": "αναφέρεται δύο φορές ή με κατάσταση που δεν υπάρχει",
        "council.sorted": "οι γραμμές δεν έχουν τη σειρά που ορίζει το RECORD.md",
        "council.state": "η κατάσταση που εμφανίζεται δεν είναι αυτή του αρχείου ελέγχου",
        "council.topic": "η εγγραφή αφορά θέμα που δεν υπάρχει σε δημοσιευμένη ημερήσια διάταξη",
        "council.order": "η εγγραφή βρίσκεται εκεί όπου δεν επιτρέπεται",
        "council.commitment": "όσα εμφανίζονται δεν ανοίγουν τη δέσμευση του αρχείου ελέγχου",
        "council.paragraph": "αφορά παράγραφο που το κείμενο δεν είχε ποτέ",
        "council.register": "το μητρώο αποκρύψεων και το αρχείο ελέγχου διαφέρουν",
        "council.finish": "η διαβούλευση ολοκληρώθηκε χωρίς να έχουν απαντηθεί όλες οι προτάσεις και ενστάσεις",
        "council.count": "ο φάκελος συμβούλων μετρά περισσότερες τοποθετήσεις από όσες υπήρχαν",
        "key": "ένα κλειδί δεν έχει τη σωστή μορφή",
        "log.size": "οι εγγραφές δεν είναι όσες λέει η υπογεγραμμένη κεφαλή",
    }
)
