"""The nouns that experiments hang on, and the rights to them: what every face does with them.

Projects, proposals, samples, instruments, people; members, referee links, access tokens, the audit
log. Whatever is done to one thing takes it as `emfair.service.access.Granted`: so the policy was
asked. What does not belong here: HTTP, pages, and what a card says (`emfair.model.nouns`).
"""
