// The bot in Azure: Azure Bot (single tenant), a container app, PostgreSQL, a file share, secrets in Key Vault read by a
// managed identity. Database, share and vault are reached from the bot's own network.
//
//   az group create --name rg-perfbot --location uksouth
//   az deployment group create --resource-group rg-perfbot --template-file deploy/azure/main.bicep \
//       --parameters image=REGISTRY/perfbot:0.1.0 appId=... databasePassword=... appPassword=... storeKey=...
//
// Register the application in Entra first (single tenant, with a secret): Bicep cannot. Data stays in the region.

@description('Region; UK South keeps the data in the United Kingdom.')
param location string = 'uksouth'

@description('Beginning of every resource name: 3 to 11 lower-case letters and digits.')
@minLength(3)
@maxLength(11)
param name string = 'perfbot'

@description('Container image of the bot (deploy/Dockerfile), with its tag or, better, its digest.')
param image string

@description('Application (client) id of the Entra registration.')
param appId string

@description('Tenant of the registration.')
param tenantId string = tenant().tenantId

@secure()
@description('Client secret of the Entra registration.')
param appPassword string

@secure()
@description('Fernet key of the store (RUNBOOK.md, "Keys"). Keep a copy outside Azure.')
param storeKey string

@secure()
@description('Password of the database; letters and digits, at least 24.')
@minLength(24)
param databasePassword string

@description('Days that database backups are kept.')
@minValue(7)
@maxValue(35)
param backupDays int = 14

var unique = uniqueString(resourceGroup().id)
var port = 3978
// Built-in role "Key Vault Secrets User": the same in every tenant.
var secretsUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-875b-0445c86b69e6')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-identity'
  location: location
}

resource network 'Microsoft.Network/virtualNetworks@2023-11-01' = {
  name: '${name}-network'
  location: location
  properties: {
    addressSpace: { addressPrefixes: ['10.60.0.0/16'] }
    subnets: [
      {
        name: 'apps'
        properties: {
          addressPrefix: '10.60.0.0/23'
          delegations: [{ name: 'apps', properties: { serviceName: 'Microsoft.App/environments' } }]
          serviceEndpoints: [{ service: 'Microsoft.KeyVault' }, { service: 'Microsoft.Storage' }]
        }
      }
      {
        name: 'database'
        properties: {
          addressPrefix: '10.60.2.0/24'
          delegations: [{ name: 'database', properties: { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' } }]
        }
      }
    ]
  }

  resource apps 'subnets' existing = { name: 'apps' }
  resource database 'subnets' existing = { name: 'database' }
}

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: '${name}.private.postgres.database.azure.com'
  location: 'global'

  resource link 'virtualNetworkLinks' = {
    name: '${name}-link'
    location: 'global'
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
}

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2022-12-01' = {
  name: '${name}-db-${unique}'
  location: location
  sku: { name: 'Standard_B1ms', tier: 'Burstable' }
  properties: {
    version: '16'
    administratorLogin: 'perfbot'
    administratorLoginPassword: databasePassword
    storage: { storageSizeGB: 32 }
    backup: { backupRetentionDays: backupDays, geoRedundantBackup: 'Disabled' }
    network: { delegatedSubnetResourceId: network::database.id, privateDnsZoneArmResourceId: zone.id }
    highAvailability: { mode: 'Disabled' }
  }
  dependsOn: [zone::link]

  resource database 'databases' = {
    name: 'perfbot'
    properties: { charset: 'UTF8', collation: 'en_US.utf8' }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: '${name}${unique}'
  location: location
  properties: {
    tenantId: tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'AzureServices'
      virtualNetworkRules: [{ id: network::apps.id }]
    }
  }

  resource appPasswordSecret 'secrets' = {
    name: 'app-password'
    properties: { value: appPassword }
  }

  resource storeKeySecret 'secrets' = {
    name: 'store-key'
    properties: { value: storeKey }
  }

  resource databaseUrlSecret 'secrets' = {
    name: 'database-url'
    properties: {
      value: 'postgresql+asyncpg://perfbot:${uriComponent(databasePassword)}@${server.properties.fullyQualifiedDomainName}/perfbot?ssl=require'
    }
  }
}

resource mayReadSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identity.id, secretsUser)
  scope: vault
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: secretsUser
  }
}

// Extracts, targets, local standards and timetable live on a share; nothing secret does (the store's key is in the vault).
resource storage 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: '${name}${unique}'
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    allowBlobPublicAccess: false
    supportsHttpsTrafficOnly: true
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'AzureServices'
      virtualNetworkRules: [{ id: network::apps.id, action: 'Allow' }]
    }
  }

  resource files 'fileServices' = {
    name: 'default'
    properties: { shareDeleteRetentionPolicy: { enabled: true, days: backupDays } }

    resource home 'shares' = {
      name: 'home'
      properties: { shareQuota: 32 }
    }
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2022-10-01' = {
  name: '${name}-logs'
  location: location
  properties: { sku: { name: 'PerGB2018' }, retentionInDays: 90 }
}

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: '${name}-apps'
  location: location
  properties: {
    vnetConfiguration: { infrastructureSubnetId: network::apps.id, internal: false }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: { customerId: logs.properties.customerId, sharedKey: logs.listKeys().primarySharedKey }
    }
  }

  resource home 'storages' = {
    name: 'home'
    properties: {
      azureFile: {
        accountName: storage.name
        accountKey: storage.listKeys().keys[0].value
        shareName: 'home'
        accessMode: 'ReadWrite'
      }
    }
    dependsOn: [storage::files::home]
  }
}

resource app 'Microsoft.App/containerApps@2024-03-01' = {
  name: '${name}-bot'
  location: location
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    environmentId: environment.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: { external: true, targetPort: port, transport: 'http', allowInsecure: false }
      secrets: [
        { name: 'app-password', keyVaultUrl: vault::appPasswordSecret.properties.secretUri, identity: identity.id }
        { name: 'store-key', keyVaultUrl: vault::storeKeySecret.properties.secretUri, identity: identity.id }
        { name: 'database-url', keyVaultUrl: vault::databaseUrlSecret.properties.secretUri, identity: identity.id }
      ]
    }
    template: {
      terminationGracePeriodSeconds: 60
      // One replica always: the timetable runs in it. Several may run, the database keeps their posts apart.
      scale: { minReplicas: 1, maxReplicas: 1 }
      volumes: [{ name: 'home', storageType: 'AzureFile', storageName: environment::home.name, mountOptions: 'uid=10001,gid=10001,dir_mode=0700,file_mode=0600' }]
      containers: [
        {
          name: 'perfbot'
          image: image
          args: ['serve']
          resources: { cpu: json('1.0'), memory: '2Gi' }
          volumeMounts: [{ volumeName: 'home', mountPath: '/var/lib/perfbot' }]
          env: [
            { name: 'PERFBOT_HOME', value: '/var/lib/perfbot' }
            { name: 'PERFBOT_HOST', value: '0.0.0.0' }
            { name: 'PERFBOT_PORT', value: string(port) }
            { name: 'PERFBOT_APP_ID', value: appId }
            { name: 'PERFBOT_APP_TENANT_ID', value: tenantId }
            { name: 'PERFBOT_APP_PASSWORD', secretRef: 'app-password' }
            { name: 'PERFBOT_STORE_KEY', secretRef: 'store-key' }
            { name: 'PERFBOT_DATABASE_URL', secretRef: 'database-url' }
          ]
          probes: [
            { type: 'Startup', httpGet: { path: '/healthz', port: port }, periodSeconds: 5, failureThreshold: 30 }
            { type: 'Liveness', httpGet: { path: '/healthz', port: port }, periodSeconds: 30, timeoutSeconds: 5 }
            { type: 'Readiness', httpGet: { path: '/readyz', port: port }, periodSeconds: 30, timeoutSeconds: 12 }
          ]
        }
      ]
    }
  }
  dependsOn: [mayReadSecrets, server::database]
}

resource bot 'Microsoft.BotService/botServices@2022-09-15' = {
  name: '${name}-bot-${unique}'
  location: 'global'
  kind: 'azurebot'
  sku: { name: 'S1' }
  properties: {
    displayName: 'perfbot'
    endpoint: 'https://${app.properties.configuration.ingress.fqdn}/api/messages'
    msaAppId: appId
    msaAppType: 'SingleTenant'
    msaAppTenantId: tenantId
    disableLocalAuth: true
    schemaTransformationVersion: '1.3'
  }

  resource teams 'channels' = {
    name: 'MsTeamsChannel'
    location: 'global'
    properties: { channelName: 'MsTeamsChannel', properties: { isEnabled: true } }
  }
}

output endpoint string = 'https://${app.properties.configuration.ingress.fqdn}/api/messages'
output vaultName string = vault.name
output shareAccount string = storage.name
