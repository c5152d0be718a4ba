def take(session, outlet, wanted, now):
    return wanted


def give_back(session, key, n, now):
    pass


def spread(session, outlet, addresses, now):
    return {}
