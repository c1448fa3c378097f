"""Strategy discussions and section 47 enquiries: called, decided for each child, carried out, ended."""

from .base import stamp
from .enquiry import (
    EndingIn,
    EnquiryIn,
    culture_in,
    end_enquiry,
    end_takes_effect,
    lacks_of,
    spoke_to,
    write_enquiry,
)
from .strategy import (
    Calling,
    StrategyIn,
    call_strategy,
    child_added,
    decide_strategy,
    meeting_cancelled,
    meeting_not_held,
    strategy_ruled_on,
)

__all__ = [
    "Calling",
    "EndingIn",
    "EnquiryIn",
    "StrategyIn",
    "call_strategy",
    "child_added",
    "culture_in",
    "decide_strategy",
    "end_enquiry",
    "end_takes_effect",
    "lacks_of",
    "meeting_cancelled",
    "meeting_not_held",
    "spoke_to",
    "stamp",
    "strategy_ruled_on",
    "write_enquiry",
]
