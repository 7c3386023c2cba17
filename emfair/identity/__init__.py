"""Who someone is, and what they may do: logins, tokens, roles, and the one table that decides.

What the registry must keep for it is said here as a Protocol (`emfair.identity.tokens.TokenStore`)
or as plain values (`emfair.identity.roles.Membership`). What does not belong here: stores, and how
a face carries a token (headers, cookies).
"""
