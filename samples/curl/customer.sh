#!/bin/sh
# Print a customer's first name and SIP accounts. Needs curl, grep, sed and awk.
# SIPSORCERY_PASSWORD=secret sh customer.sh https://sip.example.org/provisioning.svc alice
# SIPSORCERY_TOKEN=sips_... sh customer.sh https://sip.example.org/provisioning.svc alice
set -eu

address=$1
username=$2
token=${SIPSORCERY_TOKEN-}
service=http://www.sipsorcery.com/provisioning

escaped() { printf %s "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }
values() { printf %s "$reply" | grep -oE "[<:]($1)( [^>]*)?>[^<]+" | sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'; }
value() { values "$1" | sed 's/^[^>]*>//'; }

# call OPERATION [PARAMETERS]: the message goes through a pipe, since other users can read a command's arguments.
call() {
  reply=$(curl --silent --show-error --max-time 30 "$address" --data-binary @- \
    --header 'Content-Type: text/xml; charset=utf-8' \
    --header "SOAPAction: \"$service/IProvisioningService/$1\"" <<EOF
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
  <s:Header><Security xmlns="http://www.sipsorcery.com/security"><AuthID>$token</AuthID></Security></s:Header>
  <s:Body><$1 xmlns="$service">${2-}</$1></s:Body>
</s:Envelope>
EOF
)
  case $reply in *:Fault*) value faultstring >&2; exit 1 ;; esac
}

name="<username>$(escaped "$username")</username>"
if [ ! "$token" ]; then
  call Login "$name<password>$(escaped "$SIPSORCERY_PASSWORD")</password>"
  token=$(value LoginResult)
  [ "$token" ] || { echo 'The username or the password is wrong.' >&2; exit 1; }
  trap 'call Logout' EXIT
fi

call GetCustomer "$name"
value FirstName
call GetSIPAccounts '<whereExpression/><offset>0</offset><count>2147483647</count>'
values 'SIPDomain|SIPUsername' | awk -F '>' '/SIPDomain/ { domain = $2 } /SIPUsername/ { print $2 "@" domain }'
