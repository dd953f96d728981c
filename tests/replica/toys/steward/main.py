"""A toy that calls the management canister with bytes made elsewhere."""

from kybra import Async, CallResult, Principal, blob, ic, nat64, text, update

MANAGEMENT = Principal.from_str("aaaaa-aa")


@update
def ask(method: text, argument: blob, cycles: nat64) -> Async[text]:
    result: CallResult[blob] = yield ic.call_raw(MANAGEMENT, method, argument, cycles)
    refunded = " refunded " + str(ic.msg_cycles_refunded())
    if result.Err is not None:
        return "Err " + result.Err + refunded
    return "Ok " + result.Ok.hex() + refunded
