"""Login by an OpenID Connect provider, through Streamlit's own routes and Authlib.

`secrets` is what Streamlit must know, `door` what stands around its routes, `visit` who looks at a
page, `outside` what they see who are not (or no longer) logged in, `account` what they see who
are. What does not belong here: what someone may do (``emfair.identity``).
"""
