// Prints a customer's first name and SIP accounts. Compile with .NET Framework or with Mono:
// mcs -r:System.ServiceModel -r:System.Runtime.Serialization Customer.cs
// SIPSORCERY_PASSWORD=secret mono Customer.exe https://sip.example.org/provisioning.svc alice
// SIPSORCERY_TOKEN=sips_... mono Customer.exe https://sip.example.org/provisioning.svc alice

using System;
using System.Runtime.Serialization;
using System.ServiceModel;
using System.ServiceModel.Channels;

[ServiceContract(Namespace = "http://www.sipsorcery.com/provisioning")]
public interface IProvisioningService
{
    [OperationContract] string Login(string username, string password);
    [OperationContract] void Logout();
    [OperationContract] Customer GetCustomer(string username);
    [OperationContract] SIPAccount[] GetSIPAccounts(string whereExpression, int offset, int count);
}

[DataContract(Namespace = "http://schemas.datacontract.org/2004/07/SIPSorcery.CRM")]
public class Customer
{
    [DataMember] public string FirstName;
}

[DataContract(Namespace = "http://schemas.datacontract.org/2004/07/SIPSorcery.SIP.App")]
public class SIPAccount
{
    [DataMember] public string SIPDomain;
    [DataMember] public string SIPUsername;
}

[DataContract(Namespace = SecurityHeader.Space)]
public class SecurityHeader
{
    public const string Space = "http://www.sipsorcery.com/security";

    [DataMember] public string AuthID;

    public static MessageHeader For(string token)
    {
        return MessageHeader.CreateHeader("Security", Space, new SecurityHeader { AuthID = token });
    }
}

public static class Program
{
    public static int Main(string[] arguments)
    {
        var address = new EndpointAddress(arguments[0]);
        var security = address.Uri.Scheme == "https" ? BasicHttpSecurityMode.Transport : BasicHttpSecurityMode.None;
        var binding = new BasicHttpBinding(security) { MaxReceivedMessageSize = 16 * 1024 * 1024 };
        var service = new ChannelFactory<IProvisioningService>(binding, address).CreateChannel();
        try
        {
            var token = Environment.GetEnvironmentVariable("SIPSORCERY_TOKEN");
            if (string.IsNullOrEmpty(token))
                SignInAndDescribe(service, arguments[1], Environment.GetEnvironmentVariable("SIPSORCERY_PASSWORD"));
            else
                Describe(service, arguments[1], token, false);
            return 0;
        }
        catch (CommunicationException error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    private static void SignInAndDescribe(IProvisioningService service, string username, string password)
    {
        var token = service.Login(username, password);
        if (token == null) throw new FaultException("The username or the password is wrong.");
        Describe(service, username, token, true);
    }

    private static void Describe(IProvisioningService service, string username, string token, bool isSession)
    {
        using (new OperationContextScope((IContextChannel)service))
        {
            OperationContext.Current.OutgoingMessageHeaders.Add(SecurityHeader.For(token));
            Console.WriteLine(service.GetCustomer(username).FirstName);
            foreach (var account in service.GetSIPAccounts("", 0, int.MaxValue))
                Console.WriteLine("{0}@{1}", account.SIPUsername, account.SIPDomain);
            if (isSession) service.Logout();
        }
    }
}
