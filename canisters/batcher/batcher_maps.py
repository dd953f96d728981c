"""The batcher's stable memory: every map's id, bounds and meaning.

    id  map       key                          value
    0   rows      kybra-simple-db's            controllers, askers, wiring, models, settings
    1   flights   digest                       token|deadline_ns|state|read_until_ns|marks
                                           |shelf|resumed
    2   tickets   number, 16 hex digits        asker|digest|token|deadline_ns|expires_at_ns|fee
                                           |part|least_trust
    3   results   token, 16 hex digits, .piece pieces|read_until_ns|text; further pieces: text
    4   meta      layout, sequence, counters   a number; a number; counts joined by |
    5   accounts  asker                        charged|spent|margin|credit|held
    6   holds     token, 16 hex digits         asker|due_cycles|until_ns
    12  rounds    digest                       pieces|until_ns|token|rounds|outcome
                  digest, .piece               text
    24  batches   number, 16 hex digits        asker|state|counts|expires_at_ns|times
    25  items     batch.place                  state|attempts|ticket|custom_id
    26  texts     batch.place.kind.piece       requests (q), results (r) and faults (f), in pieces
    28  pushes    ticket, 16 hex digits        asker|method|token|digest|state|tries|next_ns
                                           |expires_at_ns
    20  voters    provider                     voted|agreed
    21  works     token, 16 hex digits, .piece pieces|JSON of the work; further pieces: text

Sizes count Candid's framing, about ten bytes a text. Flights, tickets, results and holds are
bounded by the settings max_flights and max_tickets, so that post_upgrade can walk them whole.
"""

from kybra import StableBTreeMap

LAYOUT_VERSION = "1"
LAYOUT_KEY = "layout"

rows_map = StableBTreeMap[str, str](memory_id=0, max_key_size=200, max_value_size=2000)
flights_map = StableBTreeMap[str, str](memory_id=1, max_key_size=80, max_value_size=120)
tickets_map = StableBTreeMap[str, str](memory_id=2, max_key_size=32, max_value_size=280)
results_map = StableBTreeMap[str, str](memory_id=3, max_key_size=32, max_value_size=4100)
meta_map = StableBTreeMap[str, str](memory_id=4, max_key_size=40, max_value_size=400)
accounts_map = StableBTreeMap[str, str](memory_id=5, max_key_size=80, max_value_size=240)
holds_map = StableBTreeMap[str, str](memory_id=6, max_key_size=32, max_value_size=140)
rounds_map = StableBTreeMap[str, str](memory_id=12, max_key_size=90, max_value_size=4100)
batches_map = StableBTreeMap[str, str](memory_id=24, max_key_size=32, max_value_size=500)
items_map = StableBTreeMap[str, str](memory_id=25, max_key_size=40, max_value_size=600)
texts_map = StableBTreeMap[str, str](memory_id=26, max_key_size=50, max_value_size=4100)
pushes_map = StableBTreeMap[str, str](memory_id=28, max_key_size=32, max_value_size=320)
voters_map = StableBTreeMap[str, str](memory_id=20, max_key_size=220, max_value_size=60)
works_map = StableBTreeMap[str, str](memory_id=21, max_key_size=32, max_value_size=4100)
